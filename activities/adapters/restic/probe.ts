import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RepositoryProbe } from '../../ports/repository';
import { configArguments } from './arguments';
import { saysAbsent } from './failure';
import type { Restic } from './restic';
import { removeLocksOfTheDead } from './stale-locks';

/** Also clears away what a power cut left. */
export async function probe(restic: Restic, signal: AbortSignal): Promise<RepositoryProbe> {
  const program = await restic.version(signal);
  const free = await freeSpace(restic);
  try {
    const attempted = `Opening the repository ${restic.name}`;
    const config = await restic.run({ args: configArguments(), attempted, signal });
    await removeLocksOfTheDead(restic, signal);
    return { state: 'ready', id: (JSON.parse(config) as { id: string }).id, program, ...free };
  } catch (error) {
    if (saysAbsent(error)) return { state: 'absent', program, ...free };
    throw error;
  }
}

/** Free bytes where the repository lies; absent of a remote one. */
export async function freeSpace({
  location: { folder },
}: Restic): Promise<Pick<RepositoryProbe, 'freeBytes'>> {
  return folder === undefined ? {} : { freeBytes: await freeBytes(folder) };
}

/** Free bytes for the worker's user where a folder lies, or will lie. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    const parent = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === folder) throw error;
    return await freeBytes(parent);
  }
}
