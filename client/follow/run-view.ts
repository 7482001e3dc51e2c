import type { ApprovalState } from '../../workflows/model/approval';
import type { HeldStep } from '../../workflows/model/hold';
import type { RunProgress, StepProgress } from '../../workflows/model/run';
import type { Stuck } from '../temporal/judge-stuck';
import type { PendingStep } from '../temporal/pending-steps';

export type RunStatus = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'terminated';

/** A step with what only the server knows: its attempt, why the last one ended, how fast bytes move. */
export interface StepView extends StepProgress {
  readonly attempt?: number;
  readonly lastFailure?: string;
  readonly bytesPerSecond?: number;
  /** Present while no worker has taken it: its host is busy with others, or away. */
  readonly unclaimed?: true;
}

/** All that is known about a run at one moment; what the terminal shows is a pure function of it. */
export interface RunView {
  /** `melvin/42`. */
  readonly run: string;
  readonly runbook?: string;
  readonly status: RunStatus;
  /** Runs ahead in the queue. */
  readonly behind: readonly string[];
  readonly phase?: RunProgress['phase'];
  readonly steps: readonly StepView[];
  /** Of a run with very many steps: how many are not among `steps`. */
  readonly omittedSteps?: number;
  /** Of a run that needs people to approve it. */
  readonly approval?: ApprovalState;
  /** Steps that have failed, and wait for a person. */
  readonly held?: readonly HeldStep[];
  /** What is being waited for, such as a worker or a person; absent when all is well. */
  readonly waitingFor?: string;
  /** Why it cannot go on by itself; absent of one that can. */
  readonly cannotGoOn?: Pick<Stuck, 'kind' | 'reason'>;
  /** Who asked for it, how, and when (ISO 8601, UTC); absent while the server is away. */
  readonly requestedBy?: string;
  readonly trigger?: string;
  readonly requestedAt?: string;
  /** How it ended in the stack's memory, when there is no execution of it to ask. */
  readonly summary?: string;
  /** Of a run that has ended: what state things are in. */
  readonly stateNow?: string;
  /** ISO 8601, UTC. */
  readonly startedAt?: string;
  readonly endedAt?: string;
}

export function isOver(status: RunStatus): boolean {
  return status !== 'queued' && status !== 'running';
}

type Rate = (stepId: string) => number | undefined;

/** Lays what the server knows about running activities over what the run says of its steps. */
export function mergeSteps(
  steps: readonly StepProgress[],
  pending: readonly PendingStep[],
  bytesPerSecond: Rate,
): StepView[] {
  return steps.map((step) => {
    const activity = pending.find((candidate) => candidate.id === step.id);
    return activity ? { ...step, ...movement(activity, bytesPerSecond(step.id)) } : step;
  });
}

/** All there is to show of a run that no worker answers for. */
export function pendingOnly(pending: readonly PendingStep[], bytesPerSecond: Rate): StepView[] {
  return pending.map((activity) => {
    const { id } = activity;
    return { id, title: id, state: 'running', ...movement(activity, bytesPerSecond(id)) };
  });
}

function movement(activity: PendingStep, bytesPerSecond: number | undefined): Partial<StepView> {
  const { attempt, lastFailure, transfer, unclaimed } = activity;
  return {
    attempt,
    ...(unclaimed ? { unclaimed } : {}),
    ...(lastFailure === undefined ? {} : { lastFailure }),
    ...(transfer === undefined ? {} : { bytes: transfer.bytesDone }),
    ...(transfer?.bytesExpected === undefined ? {} : { expectedBytes: transfer.bytesExpected }),
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
  };
}
