import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Locks of a restic repository, none where there is no repository. One that is being written has another name. */
export async function repositoryLocks(repository: string): Promise<readonly string[]> {
  if (!existsSync(repository)) return [];
  const names = await readdir(join(repository, 'locks'));
  return names.filter((name) => /^[0-9a-f]{64}$/.test(name));
}
