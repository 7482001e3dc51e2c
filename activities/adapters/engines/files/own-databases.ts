import { basename, dirname, join } from 'node:path';
import type { FilesEntry } from '../../../../workflows/model/stack';
import type { FolderAccess } from './folder-access';

/*
 * SQLite databases in a protected folder that are entries of their own. As files they could be torn, and a restore of the folder
 * must not take them away: neither them, nor their WAL, nor what a restore of theirs builds and keeps beside them.
 */

const SIDE = ['-wal', '-shm', '-journal'];
const BESIDE = ['_restoring_', '_before_'];

/** Patterns of tar for all that is not in the folder's part; those of the databases are anchored at the folder. */
export function leftOut({
  exclude,
  databases = [],
}: Pick<FilesEntry, 'exclude' | 'databases'>): readonly string[] {
  const own = databases.flatMap((path) => {
    const literal = `./${path.replace(/[*?[\]\\]/g, '\\$&')}`;
    return [
      literal,
      ...SIDE.map((suffix) => literal + suffix),
      ...BESIDE.map((suffix) => `${literal}${suffix}*`),
    ];
  });
  return [...exclude, ...own];
}

/** The same place, in which they stay as what is mounted does. */
export function keepingDatabases(
  access: FolderAccess,
  folder: string,
  { databases = [] }: Pick<FilesEntry, 'databases'>,
): FolderAccess {
  if (databases.length === 0) return access;
  return {
    ...access,
    mountsInside: async (asked) => {
      const mounted = await access.mountsInside(asked);
      if (asked !== folder) return mounted;
      const unmounted = databases.filter(
        (path) => !mounted.some((one) => path.startsWith(`${one}/`)),
      );
      const staying = await Promise.all(unmounted.map((path) => filesOf(access, folder, path)));
      return [...mounted, ...staying.flat()];
    },
  };
}

/** For the plan of a restore. */
export function stayingNotes({ databases = [] }: Pick<FilesEntry, 'databases'>): string[] {
  if (databases.length === 0) return [];
  return [
    `What is restored of the folder leaves ${databases.join(', ')} in it as it is: an entry of its own.`,
  ];
}

/** Those that are there, relative to the folder. */
async function filesOf(access: FolderAccess, folder: string, path: string): Promise<string[]> {
  const names = await access.folderNames(dirname(join(folder, path)));
  const own = basename(path);
  const isOf = (name: string): boolean =>
    name === own ||
    SIDE.some((suffix) => name === own + suffix) ||
    BESIDE.some((suffix) => name.startsWith(own + suffix));
  return names.filter(isOf).map((name) => join(dirname(path), name));
}
