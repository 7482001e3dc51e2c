import type { RunProgress } from './run';

/**
 * Every way a step can fail, as the `type` of its `ApplicationFailure`. What each means, whether it is retried and what
 * comes then: CONTRIBUTING.md, "Errors".
 */
export const FAILURE_TYPES = [
  'StackFileInvalid',
  'PreconditionFailed',
  'CredentialsRejected',
  'ResourceBusy',
  'ServiceUnavailable',
  'CommandFailed',
  'VerificationFailed',
  'CompensationFailed',
  'InternalError',
] as const;

export type FailureType = (typeof FAILURE_TYPES)[number];

/** What a program or a server said, and what to do. */
export interface FailureEvidence {
  /** Program and arguments, secrets redacted. */
  readonly argv?: readonly string[];
  readonly exitCode?: number | null;
  readonly signal?: string | null;
  /** The last lines of standard error, secrets redacted. */
  readonly stderrTail?: string;
  readonly elapsedSeconds?: number;
  /** What to do next, as a sentence or a command. */
  readonly advice?: string;
}

/** What an `ApplicationFailure` of ours carries beside its words, as its only detail. */
export interface FailureDetails {
  readonly evidence: FailureEvidence;
  /** Of a run: what state things are in, in sentences. */
  readonly stateNow?: string;
  /** Of a run: how far it was. Kept here, so that it is known without a worker. */
  readonly progress?: RunProgress;
}

/** Undefined of a failure that is not ours. Before 0.2 details were told apart by their positions. */
export function readDetails(
  details: readonly unknown[] | null | undefined,
): FailureDetails | undefined {
  const [first, stateNow, progress] = details ?? [];
  if (!isRecord(first)) return undefined;
  if (isRecord(first['evidence'])) return first as unknown as FailureDetails;
  return {
    evidence: first,
    ...(typeof stateNow === 'string' ? { stateNow } : {}),
    ...(isRecord(progress) ? { progress: progress as unknown as RunProgress } : {}),
  };
}

function isRecord(detail: unknown): detail is Readonly<Record<string, unknown>> {
  return typeof detail === 'object' && detail !== null && !Array.isArray(detail);
}
