import type { ExitCode } from './exit-codes';

/** A failure that is told to the operator in words, without a stack: what happened, how it is now, what to do next. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  /** A sentence or a command. */
  readonly advice: string | undefined;
  /** For `--json`: a `FailureType`, or a kebab-case reason of the client's own. */
  readonly reason: string;

  constructor(
    readonly exitCode: ExitCode,
    message: string,
    options: { advice?: string; reason?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.advice = options.advice;
    this.reason = options.reason ?? 'failed';
  }
}
