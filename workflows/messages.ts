import type { RunRequest } from './catalogue';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ApprovalAnswer, ApprovalState } from './model/approval';
import type { CopyInput, CopyTrouble } from './model/copy';
import type { HoldAnswer, ResolvedHold } from './model/hold';
import type { KeptState } from './model/kept';
import type { Freeze, QueueState } from './model/queue';
import type { RunProgress } from './model/run';
import type { StackDescription } from './model/stack';

/*
 * Every message that a client may send, in one place.
 *
 * | workflow | type            | id                                   | messages |
 * | stack    | `stack`         | `stack/<stack>`                      | submit, withdraw, freeze, unfreeze, queue |
 * | run      | runbook's name  | `<stack>/<number>`                   | progress, approve, reject, resolve; cancel it to cancel the run |
 * | plan     | runbook's name  | `plan/<stack>/<unique>`              | result = PlannedOutcome |
 * | kept     | `kept`          | `kept/<stack>/<number>`              | confirm, keptState |
 * | parts    | `parts`         | `parts/<stack>/<number>/<work>/<group>` | progress; a step of its run |
 * | repository | `repository` | `repository/<restic's id>` | one thing at a time that is done to a repository |
 * | warm     | `warm`          | `warm/<stack>`                       | cancel it to keep the old slots as they are |
 * | copy     | `copy`          | `copy/<stack>/<copy>`                | copyNow, copyTrouble; result = CopyOutcome |
 * | points   | `points`        | `points/<stack>/<unique>`            | result = RecoveryPointSummary[] |
 * | copies   | `copies`        | `copies/<stack>/<unique>`            | result = CopyList |
 * | releases | `releases`      | `releases/<stack>/<unique>`          | result = ReleaseList & { serving?: Serving } |
 * | diff     | `releaseDiff`   | `release-diff/<stack>/<unique>`      | result = ReleaseDiff |
 * | verify   | `verifyPoint`   | `verify/<stack>/<unique>`            | result = PointVerification |
 * | list     | `listStored`    | `list-stored/<stack>/<unique>`       | result = StoredListing |
 * | logs     | `keptLogs`      | `kept-logs/<stack>/<unique>`         | result = KeptLog[] |
 * | service  | `whereabouts`   | `whereabouts/<stack>/<unique>`       | result = Whereabouts |
 * | force    | `endByForce`    | `force/<stack>/<unique>`             | result = ForcedEnd |
 * | schedule | `scheduled`     | `schedule/<stack>/<runbook>-<time>`  | result = ScheduledOutcome; started by Temporal's schedule `schedule/<stack>/<runbook>` |
 * | apply    | `applySchedules` | `schedules/<stack>/<unique>`        | result = AppliedSchedule[] |
 * | examine  | `examine`       | `examine/<stack>/<unique>`           | result = HostFinding[] |
 * | freshness | `freshness`    | `freshness/<stack>`                  | watchStack |
 * | notice   | `notify`        | `notify/<stack>/<number>/<event>/<channel>` | result = what the channel answered |
 * | test     | `notifyTest`    | `notify-test/<stack>/<unique>`       | result = ChannelAnswer[] |
 */

export function stackWorkflowId(stack: string): string {
  return `stack/${stack}`;
}

export function runWorkflowId(stack: string, number: number): string {
  return `${stack}/${number}`;
}

export function keptWorkflowId(run: string): string {
  return `kept/${run}`;
}

/** Many parts of a run, whose steps have no room in its own history. */
export function partsWorkflowId(run: string, work: string, group: string): string {
  return `parts/${run}/${work}/${group}`;
}

/** Whatever stacks and hosts share a repository: restic's id is its own. */
export function repositoryWorkflowId(repositoryId: string): string {
  return `repository/${repositoryId}`;
}

export function warmWorkflowId(stack: string): string {
  return `warm/${stack}`;
}

export function copyWorkflowId(stack: string, copy: string): string {
  return `copy/${stack}/${copy}`;
}

export function freshnessWorkflowId(stack: string): string {
  return `freshness/${stack}`;
}

/** One event and one channel: what was told is not told again. */
export function notifyWorkflowId(event: string, channel: string): string {
  return `notify/${event}/${channel}`;
}

/** What `notifyWorkflowId` was made of; undefined of another id. */
export function parseNotifyId(
  id: string,
): { readonly run: string; readonly event: string; readonly channel: string } | undefined {
  const [, run, event, channel] = /^notify\/([^/]+\/\d+)\/([a-z]+)[^/]*\/([^/]+)$/.exec(id) ?? [];
  if (run === undefined || event === undefined || channel === undefined) return undefined;
  // What is of no run has the number 0.
  return { run: run.replace(/\/0$/, ''), event, channel };
}

export interface Submission {
  readonly request: RunRequest;
}

export interface Submitted {
  /** `melvin/42` */
  readonly run: string;
  readonly number: number;
  /** Runs (`melvin/41`) that must end first; empty when it starts at once. */
  readonly behind: readonly string[];
}

/**
 * Admits a run and numbers it. The update's id is the idempotency key. Sent as Update-with-Start (`USE_EXISTING`).
 * Refused by the validator, without a trace in history: `PreconditionFailed` (bad request) · `ResourceBusy` (frozen).
 */
export const submit = defineUpdate<Submitted, [Submission]>('submit');

/** Takes a waiting run out of the queue. `false` when it is not waiting (any more): cancel the run itself then. */
export const withdraw = defineUpdate<boolean, [{ number: number; by: string }]>('withdraw');

/** Admits nothing more until `unfreeze`; what runs goes on, what waits keeps waiting. */
export const freeze = defineUpdate<Freeze, [{ message: string; by: string }]>('freeze');
export const unfreeze = defineUpdate<boolean, [{ by: string }]>('unfreeze');

export const queue = defineQuery<QueueState>('queue');

/** Tells the keeper of a stack's freshness that its stack file is another. */
export const watchStack = defineSignal<[StackDescription]>('watchStack');

/** Where a run is. Answered by a worker, also for a run that has ended. */
export const progress = defineQuery<RunProgress>('progress');

/**
 * Answers a run that waits for approval (`RunProgress.approval`); Temporal's UI sends the same. The validator refuses,
 * without a trace in history: who may not, whoever asked for the run, a second approval by one person, another plan.
 */
export const approve = defineUpdate<ApprovalState, [ApprovalAnswer]>('approve');
export const reject = defineUpdate<ApprovalState, [ApprovalAnswer]>('reject');

/**
 * Decides about a step that has failed and is held (`RunProgress.held`). The validator refuses, without a trace in
 * history: a step that is not held, a skip of what is needed or without a reason, unknown values.
 */
export const resolve = defineUpdate<ResolvedHold, [HoldAnswer]>('resolve');

/**
 * Drops what a restore kept, now; what could not be dropped before is tried again. Answers when nothing is being dropped
 * any more, or after a while with what still is: that goes on without the caller.
 */
export const confirm = defineUpdate<KeptState, [{ by: string }]>('confirm');

/** What a restore replaced, and how far the dropping of it is. */
export const keptState = defineQuery<KeptState>('keptState');

/** There is something to copy, or may be; sent as signal-with-start. The keeper goes on with what is given here. */
export const copyNow = defineSignal<[CopyInput]>('copyNow');

/** Why a copy is behind; `null` while its keeper has not failed. */
export const copyTrouble = defineQuery<CopyTrouble | null>('copyTrouble');
