import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Restic } from './restic';

/**
 * Clears away what a power cut or a killed worker left: a reader whose output breaks off dies without freeing its lock.
 * A local repository shows its locks without a password, so this costs nothing where there is none.
 */
export async function removeLocksOfTheDead(restic: Restic, signal: AbortSignal): Promise<void> {
  const { folder } = restic.location;
  if (folder === undefined) return;
  if ((await readdir(join(folder, 'locks'))).length > 0) await restic.removeStaleLocks(signal);
}

/**
 * Makes ready to read under a lock. False for what is mounted read-only, as a rescued disk should be: it can be restored
 * from, though no lock can be written to it.
 */
export async function prepareLocking(restic: Restic, signal: AbortSignal): Promise<boolean> {
  const { folder } = restic.location;
  if (folder === undefined) return true;
  try {
    await access(join(folder, 'locks'), constants.W_OK);
  } catch {
    return false;
  }
  await removeLocksOfTheDead(restic, signal);
  return true;
}
