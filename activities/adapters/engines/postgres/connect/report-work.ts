import { setTimeout as sleep } from 'node:timers/promises';
import type { OnProgress } from '../../../../ports/attempt';
import type { Access } from './access';
import { literal } from './quoting';
import { onServer } from './server-sessions';
import type { Session } from './session';

const ASK_EVERY_MILLISECONDS = 5_000;

/**
 * Waits for work that moves no bytes (the end of the digests, the building of indexes) and reports progress as long as
 * the server is busy with it. A session that waits for a lock, or for us, is not busy: then the stall watchdog decides.
 */
export async function reportingWork<Result>(
  access: Access,
  onProgress: OnProgress,
  work: Promise<Result>,
  askEveryMilliseconds = ASK_EVERY_MILLISECONDS,
): Promise<Result> {
  const done = new AbortController();
  const watching = watch(access, onProgress, done.signal, askEveryMilliseconds);
  try {
    return await work;
  } finally {
    done.abort();
    await watching;
  }
}

async function watch(
  access: Access,
  onProgress: OnProgress,
  done: AbortSignal,
  askEveryMilliseconds: number,
): Promise<void> {
  const pause = () => sleep(askEveryMilliseconds, undefined, { signal: done });
  try {
    await pause(); // most work is done before, and needs no session to be watched
    await onServer(access, [], async (session) => {
      for (;;) {
        if (await isBusy(session, access.applicationName)) onProgress();
        await pause();
      }
    });
  } catch {
    // Ended, or the server cannot be asked: then the work itself tells what is wrong.
  }
}

async function isBusy(session: Session, applicationName: string): Promise<boolean> {
  const [count] = await session.execute(
    `select count(*) from pg_catalog.pg_stat_activity
     where application_name = ${literal(applicationName)} and pid <> pg_backend_pid()
       and state = 'active' and coalesce(wait_event_type, '') not in ('Lock', 'Client')`,
  );
  return count !== '0';
}
