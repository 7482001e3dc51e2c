import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import type { TransferProgress } from '../../workflows/model/run';
import { deepestMessage } from './proto-failure';

type Description = temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse;
type PendingActivity = temporal.api.workflow.v1.IPendingActivityInfo;

/** An activity that has not ended, as the server sees it; needs no worker. */
export interface PendingStep {
  /** Equals the id of the run's step. */
  readonly id: string;
  /** From 1. */
  readonly attempt: number;
  /** A worker has it now; else it waits for its next attempt, or for a worker. */
  readonly started: boolean;
  /** No worker has ever had it, and that is no matter of a moment: its host is busy, or away. */
  readonly unclaimed: boolean;
  /** Why the attempt before this one ended. */
  readonly lastFailure?: string;
  readonly transfer?: TransferProgress;
}

export function pendingSteps(description: Description): PendingStep[] {
  return (description.pendingActivities ?? []).map((activity) => {
    const transfer = readTransfer(activity);
    const lastFailure = activity.lastFailure ? deepestMessage(activity.lastFailure) : undefined;
    return {
      id: activity.activityId ?? '',
      attempt: activity.attempt ?? 1,
      started: Number(activity.state) === STARTED,
      unclaimed: isUnclaimed(activity),
      ...(lastFailure === undefined ? {} : { lastFailure }),
      ...(transfer === undefined ? {} : { transfer }),
    };
  });
}

/** `PENDING_ACTIVITY_STATE_STARTED` */
const STARTED = 2;

/** A worker that is free takes a step in less than that. */
const CLAIM_MILLISECONDS = 3_000;

function isUnclaimed({ state, attempt, scheduledTime }: PendingActivity): boolean {
  if (Number(state) === STARTED || (attempt ?? 1) > 1) return false;
  const since = Number(scheduledTime?.seconds ?? 0) * 1000;
  return since > 0 && Date.now() - since > CLAIM_MILLISECONDS;
}

/** Heartbeat details of another shape (another version's, say) are left out, not guessed at. */
function readTransfer({ heartbeatDetails }: PendingActivity): TransferProgress | undefined {
  const [payload] = heartbeatDetails?.payloads ?? [];
  if (!payload) return undefined;
  const details: unknown = defaultPayloadConverter.fromPayload(payload);
  return isTransfer(details) ? details : undefined;
}

function isTransfer(details: unknown): details is TransferProgress {
  return typeof details === 'object' && details !== null && 'bytesDone' in details;
}
