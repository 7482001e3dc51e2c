import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BusyError } from '../run-entry';
import { identify, isAlive, type ProcessIdentity } from './process-identity';

export interface ServerLock {
  release(): Promise<void>;
}

/**
 * Takes the state directory for this process alone.
 * Retry:  a lock whose owner is dead is taken over; of several that try, one gets it
 * Throws: BusyError that names the living owner
 */
export async function takeServerLock(stateDirectory: string): Promise<ServerLock> {
  const file = join(stateDirectory, 'server.lock');
  const mine = `${JSON.stringify(await identify(process.pid))}\n`;
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, mine);
  try {
    // `link` is atomic and, unlike opening with O_EXCL, never shows an empty file.
    while (!(await tryLink(draft, file))) await removeDead(file, stateDirectory);
  } finally {
    await rm(draft, { force: true });
  }
  return {
    release: async () => {
      if ((await readText(file)) === mine) await rm(file, { force: true });
    },
  };
}

async function tryLink(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeDead(file: string, stateDirectory: string): Promise<void> {
  const text = await readText(file);
  if (text === undefined) return;
  const owner = JSON.parse(text) as ProcessIdentity;
  if (await isAlive(owner)) {
    throw new BusyError(
      `${stateDirectory} is in use by the pawl server with process id ${owner.pid}. Stop that one, or choose another directory with --state-dir.`,
    );
  }
  // Moved away, then looked at: two that saw the same dead owner must not remove each other's fresh lock.
  const removed = `${file}.${randomUUID()}`;
  try {
    await rename(file, removed);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await readText(removed)) !== text) await tryLink(removed, file);
  await rm(removed, { force: true });
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
