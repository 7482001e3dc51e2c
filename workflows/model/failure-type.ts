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

/** What an `ApplicationFailure` of ours carries as its first detail. */
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
