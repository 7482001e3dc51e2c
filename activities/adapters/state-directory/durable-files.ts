import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AdapterError } from '../../ports/adapter-error';

/** What is written here names databases and tables: it is the worker's own. */
const OWNER_ONLY_FOLDER = 0o700;
export const OWNER_ONLY_FILE = 0o600;

const LONGEST_READABLE = 100;

/**
 * A file's name for any text: readable where it can be, safe always, and different for different texts, also where the
 * file system takes upper for lower case.
 */
export function safeFileName(text: string): string {
  const fingerprint = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return `${encodeURIComponent(text).slice(0, LONGEST_READABLE)}~${fingerprint}`;
}

/** Writes a whole file or none; it is there after a power cut once this returns. */
export async function writeDurably(file: string, text: string): Promise<void> {
  const folder = dirname(file);
  await makeFolder(folder);
  const beside = join(folder, `.${randomUUID()}.tmp`);
  try {
    const handle = await open(beside, 'wx', OWNER_ONLY_FILE);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

export async function makeFolder(folder: string): Promise<void> {
  const firstMade = await mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
  if (firstMade === undefined) return;
  // A new folder is durable when the one above it is.
  for (let made = folder; made.length >= firstMade.length; made = dirname(made)) {
    await syncFolder(dirname(made));
  }
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Runs `work`, telling what was attempted when the disk refuses. */
export async function onDisk<T>(attempted: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AdapterError) throw error;
    const reason = (error as Error).message;
    const advice = "Check the worker's state directory: its free space and its owner.";
    throw new AdapterError(
      'CommandFailed',
      `${attempted} failed: ${reason}`,
      { advice },
      { cause: error },
    );
  }
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
