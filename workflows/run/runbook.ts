import {
  type PlanOf,
  type RunInput,
  type RunRequest,
  type RunbookName,
  runbookNamed,
} from '../catalogue';
import {
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
  type ActivityInterfaceFor,
} from '@temporalio/workflow';
import type { HostActivities } from '../../activities';
import { progress } from '../messages';
import type { FailureDetails, FailureEvidence, FailureType } from '../model/failure-type';
import type { PlannedOutcome } from '../model/outcome';
import { RECORD_STEP } from '../model/record-step';
import type { RunReference, StepProgress } from '../model/run';
import { SEARCH_ATTRIBUTES } from '../model/search-attributes';
import type { StackDescription } from '../model/stack';
import type { Obstacle } from '../model/obstacle';
import { hostActivities } from './activities';
import { ApprovalDesk } from './people/approval-desk';
import { causeOf, isObstacle, preconditionFailed } from './failures';
import { hashPlan } from './hash-plan';
import { HoldDesk } from './people/hold-desk';
import { RunNews } from './people/run-news';
import { firstCharacters } from './markdown';
import { now } from './now';
import { requests } from '../requests/request-schema';
import { requireFormat, requireShape } from '../requests/require-shape';
import { RunPage } from './run-page';
import { Steps, type TakeStep, type WhileHeld } from './steps';

/** A failure travels into the stack's history, the audit record and the terminal: the page has the rest. */
const LONGEST_MESSAGE = 4000;
const PROGRESS_IN_FAILURE_BYTES = 32 * 1024;

/** What a runbook's procedure works with. */
export interface Run {
  readonly reference: RunReference;
  readonly stack: StackDescription;
  readonly act: ActivityInterfaceFor<HostActivities>;
  readonly page: RunPage;
  readonly desk: ApprovalDesk;
  readonly holdDesk: HoldDesk;
  /** What a held step is made safe by, and gone on from. */
  readonly whileHeld: WhileHeld[];
  readonly requestedBy: string;
  /** Why it goes on in a freeze of the calendar; absent when it does not. */
  readonly despiteFreeze: string | undefined;
  /** Says what state things are in if the run fails now; told to the operator. */
  stateIfItFailsNow: string;
  /** The rest of that state: what was done to schema and data that going back to the old release leaves. May be empty. */
  dataIfItFailsNow: string;
  /** What the audit record must say of a run that ended as planned. */
  readonly remarks: string[];
  /** Runs one activity as a step that people can see: its id and title are its id and summary in Temporal. */
  readonly step: TakeStep;
}

/**
 * The frame of every runbook: progress and page, the deadline, the audit record, and a failure that says what to do.
 * Throws: ApplicationFailure with `FailureDetails` · CancelledFailure
 */
export async function runbook<Outcome extends { readonly state: string }>(
  input: RunInput,
  procedure: (run: Run) => Promise<Outcome>,
): Promise<Outcome> {
  requireFormat((input as Partial<RunInput> | undefined)?.request);
  requireShape(requests.runInput, input, 'the request');
  const run = createRun(input);
  setHandler(progress, () => run.page.progress());
  const ended = await recorded(run, input, await attempt(run, input, procedure));
  const reason = ended.state === 'failed' ? ended.failure?.message : undefined;
  run.page.ended(ended.state, stateNow(run), reason);
  upsertSearchAttributes([
    { key: { name: SEARCH_ATTRIBUTES.outcome, type: 'KEYWORD' }, value: ended.state },
  ]);
  if (ended.failure !== undefined) throw ended.failure;
  return ended.outcome;
}

type Ended<Outcome> =
  | { readonly state: string; readonly outcome: Outcome; readonly failure?: undefined }
  | { readonly state: 'failed' | 'cancelled'; readonly failure: Error };

async function attempt<Outcome extends { readonly state: string }>(
  run: Run,
  input: RunInput,
  procedure: (run: Run) => Promise<Outcome>,
): Promise<Ended<Outcome>> {
  const outside = CancellationScope.current();
  const { deadlineSeconds } = input.request.stack.limits;
  try {
    const outcome = await CancellationScope.withTimeout(deadlineSeconds * 1000, () =>
      procedure(run),
    );
    return { state: outcome.state, outcome };
  } catch (error) {
    if (!isCancellation(error)) return { state: 'failed', failure: asFailure(run, error) };
    if (outside.consideredCancelled) return { state: 'cancelled', failure: error as Error };
    return { state: 'failed', failure: deadlineExceeded(run, deadlineSeconds) };
  }
}

/** Takes a plan on: shows it, hashes it; an obstacle ends the run before anything was touched. */
export function takePlan<Name extends RunbookName>(
  run: Run,
  plan: Omit<PlanOf<Name>, 'hash'> | Obstacle,
): PlanOf<Name> {
  if (isObstacle(plan)) throw preconditionFailed(plan);
  const hash = hashPlan(plan);
  run.page.planned(hash, plan.steps);
  return { ...plan, hash } as PlanOf<Name>;
}

/** The end of a run that was only asked for its plan. */
export function planned<Name extends RunbookName>(plan: PlanOf<Name>): PlannedOutcome {
  return { state: 'planned', runbook: plan.runbook, plan };
}

function createRun(input: RunInput): Run {
  const { stack, runbook: name, requestedBy, despiteFreeze } = input.request;
  const info = workflowInfo();
  const page = new RunPage(info.workflowId, name, stack.name);
  const news = new RunNews(stack, { run: info.workflowId, runbook: name });
  const holds = new HoldDesk(info.workflowId, page, news);
  const mayBeHeld = input.mode === 'apply' && runbookNamed(name)?.holdable === true;
  const isHeld = mayBeHeld && (input.request.hold ?? stack.onFailure === 'hold');
  const steps = new Steps(page, holds, isHeld);
  return {
    reference: { id: info.workflowId, number: input.number, key: info.firstExecutionRunId },
    stack,
    act: hostActivities(stack),
    page,
    desk: new ApprovalDesk(info.workflowId, page, news),
    ...{ holdDesk: holds, whileHeld: steps.whileHeld, step: steps.take },
    requestedBy,
    despiteFreeze,
    stateIfItFailsNow: 'Nothing was changed.',
    dataIfItFailsNow: '',
    remarks: [],
  };
}

function asFailure(run: Run, error: unknown): ApplicationFailure {
  const { type, message, evidence } = causeOf(error);
  const failed = run.page.firstFailed(message);
  return failure(run, type, ofStep(failed, message), evidence);
}

function deadlineExceeded(run: Run, deadlineSeconds: number): ApplicationFailure {
  const words = `the run did not end within its deadline of ${deadlineSeconds} s`;
  const advice = 'limits.deadline in the stack file sets it.';
  return failure(run, 'ServiceUnavailable', ofStep(run.page.firstUnfinished(), words), { advice });
}

function ofStep(step: StepProgress | undefined, words: string): string {
  return step === undefined ? words : `${step.title}: ${words}`;
}

function failure(
  run: Run,
  type: FailureType,
  text: string,
  evidence: FailureEvidence,
): ApplicationFailure {
  run.page.leave();
  const progress = run.page.progress(PROGRESS_IN_FAILURE_BYTES);
  const details: FailureDetails = { evidence, stateNow: stateNow(run), progress };
  return ApplicationFailure.create({
    type,
    message: firstCharacters(text, LONGEST_MESSAGE),
    nonRetryable: true,
    details: [details],
  });
}

function stateNow({ stateIfItFailsNow, dataIfItFailsNow }: Run): string {
  return [stateIfItFailsNow, dataIfItFailsNow].filter(Boolean).join(' ');
}

/** The last thing a run does, however it ended: its line in the audit record. A run without its line has failed. */
async function recorded<Outcome>(
  run: Run,
  input: RunInput,
  ended: Ended<Outcome>,
): Promise<Ended<Outcome>> {
  if (input.mode === 'plan') return ended;
  run.page.enter('record');
  try {
    await CancellationScope.nonCancellable(() =>
      run.step(RECORD_STEP, (options) =>
        run.act.recordRun.executeWithOptions(options, [
          { stack: run.stack, run: run.reference, entry: auditEntry(run, input.request, ended) },
        ]),
      ),
    );
    return ended;
  } catch (error) {
    return ended.failure === undefined
      ? { state: 'failed', failure: asFailure(run, error) }
      : ended;
  }
}

function auditEntry(run: Run, request: RunRequest, ended: Ended<unknown>) {
  const { planHash = '', approval } = run.page.progress();
  const { approvals } = run.desk;
  const { resolved } = run.holdDesk;
  const rejectedBy = approval?.rejectedBy;
  return {
    runbook: request.runbook,
    requestedBy: request.requestedBy,
    trigger: request.trigger,
    ...(request.despiteFreeze === undefined ? {} : { despiteFreeze: request.despiteFreeze }),
    planHash,
    outcome: ended.state,
    summary: ended.failure?.message ?? ['ended as planned', ...run.remarks].join('; '),
    at: now(),
    ...(approvals.length === 0 ? {} : { approvals }),
    ...(rejectedBy === undefined ? {} : { rejectedBy }),
    ...(resolved.length === 0 ? {} : { holds: resolved }),
  };
}
