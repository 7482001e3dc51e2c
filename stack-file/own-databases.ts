import { posix } from 'node:path';
import type { FilesEntry, ProtectEntry, SqliteEntry } from '../workflows/model/stack';

type Placed = FilesEntry | SqliteEntry;

/** Tells each folder which SQLite databases in it are entries of their own. `directory` is the stack's. */
export function withOwnDatabases(
  entries: readonly ProtectEntry[],
  directory: string,
): readonly ProtectEntry[] {
  const files = entries.filter((entry) => entry.engine === 'sqlite');
  return entries.map((entry) => {
    if (entry.engine !== 'files') return entry;
    const folder = absolute(entry, directory);
    const databases = files
      .filter(({ service }) => service === entry.service)
      .map((file) => posix.relative(folder, absolute(file, directory)))
      .filter((path) => path !== '' && path !== '..' && !path.startsWith('../'));
    return databases.length === 0 ? entry : { ...entry, databases };
  });
}

function absolute({ service, path }: Placed, directory: string): string {
  return posix.resolve(service === undefined ? directory : '/', path);
}
