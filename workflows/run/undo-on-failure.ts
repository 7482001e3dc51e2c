import type { FailureDetails } from '../model/failure-type';
import { ApplicationFailure, CancellationScope } from '@temporalio/workflow';
import { causeOf } from './failures';
import type { Run } from './runbook';
import type { AroundStep, StepCall, StepName } from './steps';

/** The run's page says of each step whether it failed. */
const FAILURES_TOLD = 5;

/** Compensations of a run, pushed before the step they undo: the step may die half-way. */
export interface Undo {
  push<Output>(step: StepName, action: StepCall<Output>, around?: AroundUndo<Output>): void;
}

interface AroundUndo<Output> extends Pick<AroundStep<Output>, 'detail'> {
  /** Before all that is not urgent, whatever was pushed later: traffic goes back first. */
  readonly urgent?: true;
}

interface Compensation {
  readonly step: StepName;
  readonly urgent: boolean;
  readonly take: () => Promise<unknown>;
}

/**
 * Runs a procedure; when it fails or is cancelled, runs its compensations in reverse, all of them, uncancellable.
 * Throws: the procedure's failure, or CompensationFailed that names both when the undoing failed too
 */
export async function undoOnFailure<Outcome>(
  run: Run,
  procedure: (undo: Undo) => Promise<Outcome>,
): Promise<Outcome> {
  const compensations: Compensation[] = [];
  const push: Undo['push'] = (step, action, { urgent = false, ...around } = {}) => {
    compensations.push({ step, urgent, take: () => run.step(step, action, around) });
  };
  try {
    return await procedure({ push });
  } catch (error) {
    const failures = await CancellationScope.nonCancellable(() =>
      undoAll(run, inOrder(compensations)),
    );
    if (failures.length === 0) throw error;
    run.stateIfItFailsNow = 'It could not be undone completely: a person is needed.';
    throw ApplicationFailure.nonRetryable(
      `${causeOf(error).message}; and undoing it failed: ${tellFailures(failures)}`,
      'CompensationFailed',
      { evidence: causeOf(error).evidence } satisfies FailureDetails,
    );
  }
}

function inOrder(compensations: readonly Compensation[]): Compensation[] {
  const latestFirst = [...compensations].reverse();
  return [
    ...latestFirst.filter(({ urgent }) => urgent),
    ...latestFirst.filter(({ urgent }) => !urgent),
  ];
}

/** The first of them in one sentence, and how many more there are. */
export function tellFailures(failures: readonly string[]): string {
  const more = failures.length - FAILURES_TOLD;
  const first = failures.slice(0, FAILURES_TOLD).join('; ');
  return more > 0 ? `${first}; and ${more} more` : first;
}

async function undoAll(run: Run, compensations: readonly Compensation[]): Promise<string[]> {
  const failures: string[] = [];
  if (compensations.length > 0) run.page.enter('undo');
  for (const { step, take } of compensations) {
    try {
      await take();
    } catch (error) {
      failures.push(`${step.title}: ${causeOf(error).message}`);
    }
  }
  return failures;
}
