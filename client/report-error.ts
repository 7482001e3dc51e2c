import { withSourceLines } from '../toolchain/source-lines';
import { ClientError } from './client-error';
import { EXIT_CODES } from './exit-codes';
import type { ExitCode } from './exit-codes';
import { withLocalTimes } from './render/format';
import type { Output } from './terminal/output';

interface Report {
  readonly exitCode: ExitCode;
  readonly reason: string;
  readonly message: string;
  readonly advice?: string;
}

/** Says on standard error what ended the command, as text or as one `pawl/error@1` document; returns the exit code. */
export function reportError(error: unknown, output: Output): ExitCode {
  const report = asReport(error);
  const { exitCode, reason, message, advice } = report;
  if (output.style.json) {
    output.error(JSON.stringify({ schema: 'pawl/error@1', exitCode, reason, message, advice }));
  } else {
    output.error(`${output.noteColours.red('pawl:')} ${withLocalTimes(message)}`);
    if (advice) output.error(advice);
  }
  if (output.style.verbose && error instanceof Error) output.error(stacks(error));
  return exitCode;
}

function asReport(error: unknown): Report {
  if (error instanceof ClientError) {
    const { exitCode, reason, message, advice } = error;
    return { exitCode, reason, message, ...(advice === undefined ? {} : { advice }) };
  }
  if (isStackFileError(error)) {
    return { exitCode: EXIT_CODES.usage, reason: 'StackFileInvalid', message: error.format() };
  }
  return {
    exitCode: EXIT_CODES.failed,
    reason: 'InternalError',
    message: `Unexpected error: ${wordsOf(error)}`,
    advice:
      'This is a defect of pawl. Please report it with the output of the same command with -v and of `pawl doctor`.',
  };
}

/** Temporal's client says what it did, and only its cause what the server answered. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error && cause.message !== '' ? `${message}: ${cause.message}` : message;
}

/** Known by its name: importing the class would load the schema for every command. */
function isStackFileError(error: unknown): error is Error & { format(): string } {
  return error instanceof Error && error.name === 'StackFileError' && 'format' in error;
}

function stacks(error: Error): string {
  const own = withSourceLines(error.stack ?? error.message);
  return error.cause instanceof Error ? `${own}\nCaused by: ${stacks(error.cause)}` : own;
}
