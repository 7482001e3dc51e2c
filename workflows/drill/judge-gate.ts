import type { FailureType } from '../model/failure-type';

/** Kinds of failures that speak of the recovery point: what came back was not what was promised, or could not be restored. */
const OF_THE_POINT: readonly FailureType[] = [
  'VerificationFailed',
  'CommandFailed',
  'PreconditionFailed',
];

/** What speaks of this host alone, in the words of PostgreSQL, Docker, restic and Node.js. */
const OF_THIS_HOST =
  /no space left on device|ENOSPC|No container of service|out of memory|cannot allocate memory/i;

/**
 * Whether a failed step closes its gate, or says nothing of the recovery point.
 * Shape:  type and message of the failure → closed, and the message as one sentence
 */
export function judgeGateFailure({
  type,
  message,
}: {
  readonly type: FailureType;
  readonly message: string;
}): { readonly closed: boolean; readonly detail: string } {
  const closed = OF_THE_POINT.includes(type) && !OF_THIS_HOST.test(message);
  return { closed, detail: message };
}
