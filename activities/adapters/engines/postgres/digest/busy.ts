import { AdapterError } from '../../../../ports/adapter-error';

/** Whether a lock could not be had in time: SQLSTATE 55P03. */
export function isBusy(error: unknown): boolean {
  return hasState(error, /^55P03/);
}

/** Whether a table or its schema is no longer there: SQLSTATE 42P01 or 3F000. */
export function isGone(error: unknown): boolean {
  return hasState(error, /^(42P01|3F000)/);
}

/**
 * Whether a query was refused for what it says or calls: to plan one, PostgreSQL evaluates what indexes, their conditions and
 * statistics of the table call, and that may name things without their schema, or fail. `COPY`, and so pg_dump, plans nothing.
 * SQLSTATE classes 42 (but for a missing right), 3F, 22, P0.
 */
export function isUnplannable(error: unknown): boolean {
  return hasState(error, /^(42(?!501)|3F|22|P0)/);
}

function hasState(error: unknown, state: RegExp): boolean {
  return error instanceof AdapterError && state.test(error.evidence.stderrTail ?? '');
}
