import type { temporal } from '@temporalio/proto';

type Failure = temporal.api.failure.v1.IFailure;

/** The innermost message, which is the tool's or ours: the outer ones are Temporal's ("Activity task failed"). */
export function deepestMessage(failure: Failure): string {
  if (failure.cause) return deepestMessage(failure.cause);
  if (failure.timeoutFailureInfo) return timeoutMessage(failure);
  const type = failure.applicationFailureInfo?.type;
  const message = failure.message ?? '';
  return type ? `${type}: ${message}` : message;
}

function timeoutMessage({ timeoutFailureInfo, message }: Failure): string {
  switch (Number(timeoutFailureInfo?.timeoutType)) {
    case 1:
      return 'the attempt took longer than it may';
    case 2:
      return 'no worker took it';
    case 3:
      return 'the step ran out of time';
    case 4:
      return 'its worker went silent';
    default:
      return message ?? 'timed out';
  }
}
