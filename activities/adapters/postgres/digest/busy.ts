import { AdapterError } from '../../../adapter-error';

/** Whether a lock could not be had in time: SQLSTATE 55P03. */
export function isBusy(error: unknown): boolean {
  return hasState(error, /^55P03/);
}

/** Whether a table or its schema is no longer there: SQLSTATE 42P01 or 3F000. */
export function isGone(error: unknown): boolean {
  return hasState(error, /^(42P01|3F000)/);
}

function hasState(error: unknown, state: RegExp): boolean {
  return error instanceof AdapterError && state.test(error.evidence.stderrTail ?? '');
}
