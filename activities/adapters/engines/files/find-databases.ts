import { constants } from 'node:fs';
import { open, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { atFolder } from '../../process/descriptors';
import { codeOf, guarded } from '../../process/host-failure';
import type { FolderAccess } from './folder-access';

/** Entries looked at: a guide for people, not a search. */
const MOST_ENTRIES = 20_000;

/** Named in a sentence. */
const NAMED = 5;

const MAGIC = Buffer.from('SQLite format 3\0');

/** SQLite's smallest page: a database is so many of them, which spares most files a look. */
const SMALLEST_PAGE_BYTES = 512;

/** Gone meanwhile, or not for this worker: its tar will tell. */
const PASSED_OVER = ['ENOENT', 'EACCES', 'EPERM', 'ELOOP', 'ENOTDIR'];

/**
 * SQLite databases in a folder of this host, as a sentence: copied as files while somebody writes, they may be torn. None of a
 * folder in a container, where each look is a program.
 */
export async function databaseNotes(
  access: FolderAccess,
  folder: string,
  exclude: readonly string[],
): Promise<string[]> {
  if (access.runner.location !== 'host') return [];
  const excluded = exclude.map(toExpression);
  const found = (await guarded(findDatabases)(folder)).filter(
    (path) => !excluded.some((expression) => expression.test(`/${path}`)),
  );
  if (found.length === 0) return [];
  const more = found.length > NAMED ? ` and ${found.length - NAMED} more` : '';
  const what = found.length === 1 ? 'is a SQLite database' : 'are SQLite databases';
  return [
    `${found.slice(0, NAMED).join(', ')}${more} in ${folder} ${what}, saved here as any file: torn, perhaps, when somebody writes meanwhile. ` +
      'Protect each by an entry of its own, {engine: sqlite, path: …}, and the rest by folders that do not hold it.',
  ];
}

/** Relative paths, in no order. Follows no symbolic link. */
async function findDatabases(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  let left = MOST_ENTRIES;
  await atFolder(folder, async (at) => {
    const pending = [''];
    for (let path = pending.pop(); path !== undefined && left > 0; path = pending.pop()) {
      const entries = await opendir(join(at, path, '.')).catch(passOver);
      if (entries === undefined) continue;
      for await (const entry of entries) {
        left -= 1;
        if (left < 0) break;
        const inside = join(path, entry.name);
        if (entry.isDirectory()) pending.push(inside);
        if (entry.isFile() && (await isDatabase(join(at, inside)))) found.push(inside);
      }
    }
  });
  return found;
}

async function isDatabase(file: string): Promise<boolean> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const opened = await open(file, flags).catch(passOver);
  if (opened === undefined) return false;
  try {
    const { size } = await opened.stat();
    if (size === 0 || size % SMALLEST_PAGE_BYTES !== 0) return false;
    const { buffer } = await opened.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return buffer.equals(MAGIC);
  } finally {
    await opened.close();
  }
}

function passOver(error: unknown): undefined {
  if (!PASSED_OVER.includes(codeOf(error))) throw error;
}

/** A pattern of GNU tar: it may match from any name in the path on, and takes what is in a folder with it. */
function toExpression(pattern: string): RegExp {
  const parts = pattern.replace(/^\.?\//, '').split(/(\*|\?)/);
  const source = parts.map((part) =>
    part === '*' ? '.*' : part === '?' ? '.' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&'),
  );
  return new RegExp(`/${source.join('')}(?:/|$)`, 's');
}
