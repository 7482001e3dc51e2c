import { types } from 'node:util';

/** What a person must know: which program, every way that was tried, why each failed, and what to do next. */
export class ToolchainError extends Error {
  override readonly name = 'ToolchainError';
}

/** The message of whatever was thrown, for a sentence in another message. */
export function reasonOf(thrown: unknown): string {
  if (!isError(thrown)) return String(thrown);
  // `fetch` says only "fetch failed"; what happened is in the cause.
  return thrown.cause === undefined
    ? thrown.message
    : `${thrown.message}: ${reasonOf(thrown.cause)}`;
}

/** `instanceof` fails for Node's own errors under Jest, whose tests have other globals. */
function isError(thrown: unknown): thrown is Error {
  return types.isNativeError(thrown) || thrown instanceof Error;
}
