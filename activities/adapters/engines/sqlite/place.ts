import { constants } from 'node:fs';
import { lstat, open, readdir, readFile, realpath, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { SqliteEntry } from '../../../../workflows/model/stack';
import { AdapterError } from '../../../ports/adapter-error';
import type { EntryCall } from '../../../ports/engine';
import type { ServiceFiles } from '../../../ports/service-files';
import { atParent, resolveLinks } from '../../process/descriptors';
import { codeOf, guarded } from '../../process/host-failure';

/** What SQLite may keep beside a database: what was committed and is not in the file yet, or is to be rolled back. */
export const SIDE_FILES = ['-wal', '-shm', '-journal'] as const;

const MAGIC = 'SQLite format 3\0';

const LOOK = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Where a database is, or is to be, on this host. */
export interface DatabasePlace {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** As it was asked for, for messages. */
  readonly name: string;
  /** A symbolic link on the way that somebody else could change. */
  readonly untrusted?: string;
}

export interface DatabaseFile {
  readonly identity: string;
  /** With what is in its WAL. */
  readonly bytes: number;
  readonly isWal: boolean;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** Throws: PreconditionFailed · ServiceUnavailable */
export async function placeOf(
  services: ServiceFiles,
  { site, entry }: Pick<EntryCall<SqliteEntry>, 'site' | 'entry'>,
  path: string,
): Promise<DatabasePlace> {
  if (entry.service === undefined) {
    const { uid } = await guarded((path: string) => lstat(path))(site.directory);
    const asked = resolve(site.directory, path);
    return { ...(await guarded(resolveLinks)(asked, [uid])), name: asked };
  }
  const asked = resolve('/', path);
  const name = `${asked} of service ${entry.service}`;
  const located = await services.locate(site, entry.service, asked);
  const root = await guarded((path: string) => realpath(path))(located.root);
  const inside = root + located.path.slice(located.root.length);
  // Whoever may write in the volume could make links that lead anywhere on this host.
  const { path: resolved } = await guarded(resolveLinks)(inside, []);
  if (resolved !== inside) throw linkInVolume(name);
  return { path: inside, name };
}

/**
 * Undefined when there is nothing.
 * Throws: PreconditionFailed (it is no SQLite database) · CredentialsRejected
 */
export async function lookAtDatabase(place: DatabasePlace): Promise<DatabaseFile | undefined> {
  return guarded(() =>
    atParent(place.path, async (entry) => {
      const found = await lstat(entry).catch(unlessMissing);
      if (found === undefined) return undefined;
      if (!found.isFile()) throw noDatabase(place, 'it is no file');
      const file = await open(entry, LOOK);
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(100), 0, 100, 0);
        if (bytesRead > 0 && buffer.toString('latin1', 0, 16) !== MAGIC) {
          throw noDatabase(
            place,
            'it does not begin as one; an encrypted one needs its own program',
          );
        }
        const wal = await stat(`${entry}-wal`).catch(unlessMissing);
        const { dev, ino, size, uid, gid, mode } = found;
        return {
          identity: `${dev}:${ino}`,
          bytes: size + (wal?.size ?? 0),
          isWal: buffer[18] === 2,
          ...{ uid, gid, mode: mode & 0o7777 },
        };
      } finally {
        await file.close();
      }
    }).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      throw error;
    }),
  )();
}

/** Throws: PreconditionFailed */
export async function requireDatabase(place: DatabasePlace): Promise<DatabaseFile> {
  const found = await lookAtDatabase(place);
  if (found !== undefined) return found;
  throw new AdapterError('PreconditionFailed', `There is no database ${place.name}`, {
    advice: 'Correct `path` in the stack file.',
  });
}

/** Of the file system that a path is on; of the first folder above it that exists. */
export async function freeBytes(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || path === '/') throw error;
    return freeBytes(dirname(path));
  }
}

export interface Opener {
  readonly pid: number;
  readonly program: string;
}

/** Processes that have a database open, those of containers too, as far as this worker may look. None where there is no /proc. */
export async function openersOf({ path }: DatabasePlace): Promise<readonly Opener[]> {
  const file = await stat(path).catch(unlessMissing);
  const processes = await readdir('/proc').catch(() => []);
  if (file === undefined) return [];
  const openers: Opener[] = [];
  for (const pid of processes.filter((name) => /^\d+$/.test(name))) {
    if (await hasOpen(pid, file)) openers.push({ pid: Number(pid), program: await nameOf(pid) });
  }
  return openers;
}

async function hasOpen(pid: string, { dev, ino }: { dev: number; ino: number }): Promise<boolean> {
  // It has ended, or belongs to somebody else.
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const descriptor of descriptors) {
    const opened = await stat(`/proc/${pid}/fd/${descriptor}`).catch(() => undefined);
    if (opened?.ino === ino && opened.dev === dev) return true;
  }
  return false;
}

/** It may have ended meanwhile. */
async function nameOf(pid: string): Promise<string> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '?');
  return name.trim();
}

export function unlessMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function noDatabase({ name }: DatabasePlace, why: string): AdapterError {
  return new AdapterError('PreconditionFailed', `${name} is no SQLite database: ${why}`, {
    advice: 'Correct `path` in the stack file.',
  });
}

function linkInVolume(name: string): AdapterError {
  const text = `${name} is reached by a symbolic link, which is not followed: whoever writes in the volume could make it lead anywhere on this host`;
  return new AdapterError('PreconditionFailed', text, {
    advice: 'Name the file itself as `path` in the stack file.',
  });
}
