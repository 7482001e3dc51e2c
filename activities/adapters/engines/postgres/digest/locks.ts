import type { Session } from '../connect/session';
import { isBusy, isGone, isUnplannable } from './busy';

/**
 * Runs queries in the session's transaction and gives back the locks that they took (on indexes, on sequences): with
 * thousands of tables they would fill the server's lock table (`max_locks_per_transaction`, 64 by default). The
 * transaction goes on when a lock could not be had in time, what was to be read is gone, or the query was refused.
 * Source: PostgreSQL manual, 13.3: a rollback to a savepoint releases the locks acquired since.
 */
export async function releasingLocks<Result>(
  session: Session,
  queries: () => Promise<Result>,
): Promise<Result> {
  await session.execute('savepoint locks');
  const rollBack = async (): Promise<void> => {
    await session.execute('rollback to savepoint locks');
    await session.execute('release savepoint locks');
  };
  try {
    const result = await queries();
    await rollBack();
    return result;
  } catch (error) {
    if (isBusy(error) || isGone(error) || isUnplannable(error)) await rollBack();
    throw error;
  }
}
