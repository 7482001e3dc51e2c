import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { AdapterError } from '../../ports/adapter-error';
import type { Restic } from './restic';

/**
 * Sees that what was stored is where it should be. A disk that is unmounted in the middle of a backup ends nothing: restic
 * makes the folders that it misses, and ends well, with a snapshot on the disk below (restic 0.19.1).
 * Throws: ServiceUnavailable
 */
export async function requireStillThere(restic: Restic): Promise<void> {
  const { folder } = restic.location;
  if (folder === undefined) return;
  try {
    await access(join(folder, 'config'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new AdapterError(
      'ServiceUnavailable',
      `The repository ${restic.name} went away while it was written to: what is below its mount point now is not it`,
      { advice: 'Mount its disk again; it is tried again until it is back.' },
    );
  }
}
