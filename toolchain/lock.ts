import { open, readFile, rm, stat, utimes } from 'node:fs/promises';
import os from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/*
 * Keeps two processes from doing the same minutes of work. It need not be perfect: what the work leaves is put in
 * place by one rename, so in the worst race the work is done twice and the result is the same.
 */

const RENEW_EVERY_MS = 5_000;
/** An owner on another machine or in another container (a shared home) cannot be asked; its file's age tells. */
const ABANDONED_AFTER_MS = 60_000;
const LOOK_AGAIN_EVERY_MS = 200;

export interface Waiting {
  /** Told once, when another process holds the lock. */
  readonly onWait?: (owner: string) => void;
  /** Aborted: waits no longer. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs `work` while holding the lock file; waits for another live owner, takes over from a dead one. */
export async function withLock<T>(
  lockFile: string,
  work: () => Promise<T>,
  { onWait, signal }: Waiting = {},
): Promise<T> {
  for (let told = false; !(await taken(lockFile));) {
    const owner = await deadOrAlive(lockFile);
    if (owner.dead) {
      await rm(lockFile, { force: true });
      continue;
    }
    if (!told) onWait?.(owner.name);
    told = true;
    await pause(LOOK_AGAIN_EVERY_MS, undefined, { signal });
  }
  const renewal = setInterval(() => {
    // A lock file somebody removed is not ours to bring back; the work goes on, see above.
    utimes(lockFile, new Date(), new Date()).catch(() => undefined);
  }, RENEW_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    await rm(lockFile, { force: true });
  }
}

async function taken(lockFile: string): Promise<boolean> {
  try {
    const file = await open(lockFile, 'wx');
    await file.writeFile(`${process.pid} ${os.hostname()}\n`);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function deadOrAlive(lockFile: string): Promise<{ dead: boolean; name: string }> {
  try {
    const age = Date.now() - (await stat(lockFile)).mtimeMs;
    const [pid = '', host = ''] = (await readFile(lockFile, 'utf8')).trim().split(' ');
    const name = `process ${pid || '(starting)'} on ${host || 'this machine'}`;
    const gone = host === os.hostname() && !isAlive(Number(pid));
    return { dead: gone || age > ABANDONED_AFTER_MS, name };
  } catch (error) {
    // Given back in this very moment: not dead, and free at the next look.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { dead: false, name: 'nobody' };
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
