import type { FailureEvidence, FailureType } from '../../workflows/model/failure-type';

/**
 * The one error adapters throw. `to-failure.ts` alone turns it into Temporal's failure and decides whether it is retried.
 *
 * The message says what was attempted, on what, what came back, and what state things are in now.
 */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
  /** It cannot change, or was tried as often as makes sense: whatever its kind, it is not tried again. */
  readonly isFinal: boolean;

  constructor(
    readonly kind: Exclude<FailureType, 'StackFileInvalid' | 'CompensationFailed'>,
    message: string,
    readonly evidence: FailureEvidence = {},
    options: { cause?: unknown; final?: boolean } = {},
  ) {
    super(message, options);
    this.isFinal = options.final ?? false;
  }
}

/** Whatever it is about does not answer now. */
export function isAway(error: unknown): error is AdapterError {
  return error instanceof AdapterError && error.kind === 'ServiceUnavailable';
}
