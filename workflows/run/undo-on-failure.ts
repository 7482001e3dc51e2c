import type { FailureDetails } from '../model/failure-type';
import { ApplicationFailure, CancellationScope } from '@temporalio/workflow';
import { causeOf } from './failures';
import type { Run } from './runbook';

/** The run's page says of each step whether it failed. */
const FAILURES_TOLD = 5;

/** Compensations of a run, pushed before the step they undo: the step may die half-way. */
export interface Undo {
  push(
    id: string,
    title: string,
    action: Parameters<Run['step']>[2],
    /** Before all that is not urgent, whatever was pushed later: traffic goes back first. */
    urgent?: 'urgent',
    /** What its line says of what came of it. */
    detail?: Parameters<Run['step']>[3],
  ): void;
}

/**
 * Runs a procedure; when it fails or is cancelled, runs its compensations in reverse, all of them, uncancellable.
 * Throws: the procedure's failure, or CompensationFailed that names both when the undoing failed too
 */
export async function undoOnFailure<Outcome>(
  run: Run,
  procedure: (undo: Undo) => Promise<Outcome>,
): Promise<Outcome> {
  const compensations: Parameters<Undo['push']>[] = [];
  try {
    return await procedure({ push: (...compensation) => compensations.push(compensation) });
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

function inOrder(compensations: readonly Parameters<Undo['push']>[]): Parameters<Undo['push']>[] {
  const latestFirst = [...compensations].reverse();
  const urgent = latestFirst.filter(([, , , urgency]) => urgency === 'urgent');
  return [...urgent, ...latestFirst.filter((one) => !urgent.includes(one))];
}

/** The first of them in one sentence, and how many more there are. */
export function tellFailures(failures: readonly string[]): string {
  const more = failures.length - FAILURES_TOLD;
  const first = failures.slice(0, FAILURES_TOLD).join('; ');
  return more > 0 ? `${first}; and ${more} more` : first;
}

async function undoAll(
  run: Run,
  compensations: readonly Parameters<Undo['push']>[],
): Promise<string[]> {
  const failures: string[] = [];
  if (compensations.length > 0) run.page.enter('undo');
  for (const [id, title, action, , detail] of compensations) {
    try {
      await run.step(id, title, action, detail);
    } catch (error) {
      failures.push(`${title}: ${causeOf(error).message}`);
    }
  }
  return failures;
}
