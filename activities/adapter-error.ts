import type { FailureEvidence, FailureType } from '../workflows/model/failure-type';

/**
 * The one error adapters throw. `to-failure.ts` alone turns it into Temporal's failure and decides whether it is retried.
 *
 * The message says what was attempted, on what, what came back, and what state things are in now.
 */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';

  constructor(
    readonly kind: Exclude<FailureType, 'StackFileInvalid' | 'CompensationFailed'>,
    message: string,
    readonly evidence: FailureEvidence = {},
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
  }
}
