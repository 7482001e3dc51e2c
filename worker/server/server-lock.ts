import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeDurably } from '../../activities/adapters/state-directory/durable-files';
import { BusyError } from '../run-entry';
import { identify, isAlive, parseIdentity } from './process-identity';

const FORGOTTEN_MILLISECONDS = 10_000;

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
  await writeDurably(draft, mine);
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
  const owner = parseIdentity(text);
  // What cannot be read was cut off with its owner's life, by a power cut or a full disk.
  if (owner !== undefined && (await isAlive(owner))) {
    throw new BusyError(
      `${stateDirectory} is in use by the pawl server with process id ${owner.pid}. Stop that one, or choose another directory with --state-dir.`,
    );
  }
  await alone(`${file}.takeover`, async () => {
    // Only who is alone in here removes a lock, so it is still the one whose owner was found dead.
    if ((await readText(file)) === text) await rm(file, { force: true });
  });
}

/** Does something unless another is at it, and then waits a moment: the caller looks again. */
async function alone(guard: string, work: () => Promise<void>): Promise<void> {
  try {
    await mkdir(guard);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await removeForgotten(guard);
    await sleep(20);
    return;
  }
  try {
    await work();
  } finally {
    await rm(guard, { recursive: true, force: true });
  }
}

/** Whoever made it died within the milliseconds that it is meant to stand. */
async function removeForgotten(guard: string): Promise<void> {
  const made = await stat(guard).catch(() => undefined);
  if (made === undefined || Date.now() - made.mtimeMs < FORGOTTEN_MILLISECONDS) return;
  await rm(guard, { recursive: true, force: true });
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
