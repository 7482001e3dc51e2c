import type { FailureType } from '../workflows/model/failure-type';

/** What `pawl` exits with; documented in docs/exit-codes.md and `pawl help exit-codes`. Numbers never change meaning. */
export const EXIT_CODES = {
  done: 0,
  failed: 1,
  usage: 2,
  verificationFailed: 3,
  busy: 4,
  cancelled: 5,
  unavailable: 6,
  refused: 7,
  proofFailed: 8,
  timedOut: 124,
  detached: 130,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

const BY_FAILURE: Readonly<Record<FailureType, ExitCode>> = {
  StackFileInvalid: EXIT_CODES.usage,
  PreconditionFailed: EXIT_CODES.refused,
  CredentialsRejected: EXIT_CODES.refused,
  ResourceBusy: EXIT_CODES.busy,
  // The host's database or Docker stayed away until the run's deadline: pawl's own server did answer.
  ServiceUnavailable: EXIT_CODES.failed,
  CommandFailed: EXIT_CODES.failed,
  VerificationFailed: EXIT_CODES.verificationFailed,
  CompensationFailed: EXIT_CODES.failed,
  InternalError: EXIT_CODES.failed,
};

export function exitCodeOfFailure(type: string | undefined): ExitCode {
  return type !== undefined && isFailureType(type) ? BY_FAILURE[type] : EXIT_CODES.failed;
}

export function isFailureType(type: string): type is FailureType {
  return Object.hasOwn(BY_FAILURE, type);
}
