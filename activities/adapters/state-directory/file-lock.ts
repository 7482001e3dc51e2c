import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AdapterError } from '../../ports/adapter-error';
import { isMissing, OWNER_ONLY_FILE } from './durable-files';

/** Holders hold it for milliseconds. */
const WAIT_MILLISECONDS = 10_000;
const POLL_MILLISECONDS = 10;

/** For a process id that another program has by now. */
const STALE_MILLISECONDS = 30_000;

/** Tells this process from an earlier one with the same id: in a container every worker may be process 7. */
const INSTANCE = `${process.pid} ${randomUUID()}`;

/**
 * Runs `work` while no other process of this host does so with the same lock file. The lock of a process that is gone
 * is removed. For moments only.
 * Throws: ResourceBusy that names the holder
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  // Linked, not created: the lock names its holder from its first moment.
  const own = `${file}.${randomUUID()}`;
  await writeFile(own, INSTANCE, { mode: OWNER_ONLY_FILE });
  try {
    await acquire(own, file);
    try {
      return await work();
    } finally {
      await rm(file, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
}

async function acquire(own: string, file: string): Promise<void> {
  const deadline = performance.now() + WAIT_MILLISECONDS;
  while (!(await tryLink(own, file))) {
    await removeStale(file);
    if (performance.now() > deadline) throw await busy(file);
    await sleep(POLL_MILLISECONDS);
    // A link has the time of what it links to, and the lock's age counts from now.
    await utimes(own, new Date(), new Date());
  }
}

async function tryLink(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moved aside before it is removed: of two processes that find it stale, one alone can move it. */
async function removeStale(file: string): Promise<void> {
  try {
    const holder = await readFile(file, 'utf8');
    if (!isStale(holder, Date.now() - (await stat(file)).mtimeMs)) return;
    const aside = `${file}.${randomUUID()}`;
    await rename(file, aside);
    // The other one was quicker, and has the lock by now: it gets it back.
    if ((await readFile(aside, 'utf8')) !== holder) await tryLink(aside, file);
    await rm(aside);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function isStale(holder: string, ageMilliseconds: number): boolean {
  const pid = Number.parseInt(holder, 10);
  if (pid === process.pid) return holder !== INSTANCE;
  return !isAlive(pid) || ageMilliseconds > STALE_MILLISECONDS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function busy(file: string): Promise<AdapterError> {
  const holder = await readFile(file, 'utf8').catch(() => 'unknown');
  const message = `${file} is held by process ${holder.split(' ')[0] ?? ''}`;
  return new AdapterError('ResourceBusy', message);
}
