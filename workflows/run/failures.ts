import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import {
  FAILURE_TYPES,
  readDetails,
  type FailureDetails,
  type FailureEvidence,
  type FailureType,
} from '../model/failure-type';
import type { Obstacle } from '../model/obstacle';

/** What is behind a failure, as far as a person and an exit code need it. */
export interface Cause {
  readonly type: FailureType;
  readonly message: string;
  readonly evidence: FailureEvidence;
}

/** Digs out the failure that an activity told of. */
export function causeOf(error: unknown): Cause {
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) {
    return causeOf(error.cause);
  }
  if (error instanceof ApplicationFailure) {
    return {
      type: failureType(error.type),
      message: error.message,
      evidence: readDetails(error.details)?.evidence ?? {},
    };
  }
  if (error instanceof TimeoutFailure) {
    return { type: 'ServiceUnavailable', message: timeoutMessage(error), evidence: {} };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { type: 'InternalError', message, evidence: {} };
}

function failureType(type: string | null | undefined): FailureType {
  return FAILURE_TYPES.find((known) => known === type) ?? 'InternalError';
}

function timeoutMessage(error: TimeoutFailure): string {
  const last =
    error.cause instanceof Error ? `; the last attempt said: ${error.cause.message}` : '';
  return `gave up waiting (${error.timeoutType})${last}`;
}

/** What was observed does not allow a plan. */
export function preconditionFailed({ obstacle, advice }: Obstacle): ApplicationFailure {
  const details: FailureDetails = { evidence: { advice } };
  return ApplicationFailure.nonRetryable(obstacle, 'PreconditionFailed', details);
}

export function isObstacle(plan: object): plan is Obstacle {
  return 'obstacle' in plan;
}
