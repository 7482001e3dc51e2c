import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AdapterError } from '../../ports/adapter-error';
import type { SwitchKey } from '../../ports/switches';

/** Nobody but the worker's user and root comes near the sockets in it: that of HAProxy's master is open to all who do. */
const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY_FILE = 0o600;

/** `switch/<stack>/<service>` in the state directory: different for different names, and never outside of it. */
export function folderOf(stateDirectory: string, { stack, service }: SwitchKey): string {
  return join(stateDirectory, 'switch', safe(stack), safe(service));
}

/** Dots are nothing special to encodeURIComponent, and two of them are the folder above. */
function safe(name: string): string {
  return encodeURIComponent(name).replace(/^\./, '%2E');
}

export async function makeFolder(folder: string): Promise<void> {
  const firstMade = await mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
  if (firstMade === undefined) return;
  // A new folder is durable when the one above it is.
  for (let made = folder; made.length >= firstMade.length; made = dirname(made)) {
    await syncFolder(dirname(made));
  }
}

/** Writes a whole file or none; it is there after a power cut once this returns. */
export async function writeDurably(folder: string, name: string, text: string): Promise<void> {
  const beside = join(folder, `.${randomUUID()}.tmp`);
  try {
    const handle = await open(beside, 'wx', OWNER_ONLY_FILE);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, join(folder, name));
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Undefined when there is none. */
export async function readText(folder: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Runs `work`, telling what was attempted when the disk refuses. */
export async function onDisk<T>(attempted: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AdapterError) throw error;
    const text = `${attempted} failed: ${(error as Error).message}`;
    const advice = "Check the worker's state directory: its free space and its owner.";
    throw new AdapterError('CommandFailed', text, { advice }, { cause: error });
  }
}
