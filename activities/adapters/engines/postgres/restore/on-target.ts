import { AdapterError } from '../../../../ports/adapter-error';
import type { Access } from '../connect/access';
import { endSessionsNamed } from '../connect/own-sessions';
import { literal } from '../connect/quoting';
import { onServer } from '../connect/server-sessions';
import type { Session } from '../connect/session';
import type { RestoreNames } from './databases';

/** The step that holds the lock is one of milliseconds, unless it waits for a lock itself. */
const LOCK_WAIT_SECONDS = 30;
/** First half of the key, apart from an application's own advisory locks: `pawl` in ASCII. */
const LOCK_CLASS = 0x7061776c;

/**
 * Runs a step that creates, renames or drops the databases of a target, as the only one that does. An attempt that was
 * given up may still be running (its worker had lost Temporal, not the database): its sessions are ended first, and
 * the lock is held from looking at what there is until all is done.
 * Throws: ResourceBusy (another step of the restore is at it) · as `onServer`
 */
export async function onTarget<Result>(
  access: Access,
  names: RestoreNames,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  return onServer(access, Object.values(names), async (session) => {
    await endSessionsNamed(session, access.applicationName);
    await lock(session, access, names);
    return work(session); // the end of the session frees the lock
  });
}

async function lock(session: Session, { place }: Access, { beside }: RestoreNames): Promise<void> {
  const key = `${LOCK_CLASS}, pg_catalog.hashtext(${literal(beside)})`;
  const [isFree] = await session.execute(`select pg_catalog.pg_try_advisory_lock(${key})`);
  if (isFree === 't') return;
  await session.execute(`set lock_timeout = '${LOCK_WAIT_SECONDS}s'`);
  try {
    await session.execute(`select pg_catalog.pg_advisory_lock(${key})`);
  } catch (error) {
    if (!(error instanceof AdapterError) || error.kind !== 'ResourceBusy') throw error;
    const message = `Another step works on ${beside} at ${place}, and did not end in ${LOCK_WAIT_SECONDS} s`;
    throw new AdapterError('ResourceBusy', message, error.evidence, { cause: error });
  }
  await session.execute('set lock_timeout = 0');
}
