import { constants } from 'node:fs';
import { lstat, mkdir, open, readlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { AdapterError } from '../../ports/adapter-error';
import { codeOf } from './host-failure';

/*
 * Folders of this host by descriptor: whoever may write in a folder above the protected one could otherwise put a
 * symbolic link in the way between two calls, and a worker that is root would follow it. Node has no openat(2), but
 * `/proc/self/fd/N/name` is that to the kernel: it starts at the opened folder itself, wherever that is called by now.
 *
 * Without /proc (macOS) paths are taken as they are.
 */

const hasDescriptors = process.platform === 'linux';

/** Of Linux' own on x86, ARM, RISC-V, POWER and s390. Needs no right to read the folder. */
const O_PATH = 0o10000000;
const FOLDER = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** As many as the kernel follows. */
const MOST_LINKS = 40;

/**
 * Opens a folder, going down from `/` without following any symbolic link, and hands on a path to it that no rename can
 * redirect, for as long as the work lasts.
 * Throws: as open(2): ENOENT, ENOTDIR (also where a symbolic link is in the way)
 */
export async function atFolder<T>(path: string, work: (at: string) => Promise<T>): Promise<T> {
  if (!hasDescriptors) return work(path);
  const handle = await openDown(path, (at, name) => open(`${at}/${name}`, FOLDER));
  try {
    return await work(fdPath(handle));
  } catch (error) {
    throw naming(error, fdPath(handle), path);
  } finally {
    await handle.close();
  }
}

/** The same of the folder that a path is in, with the path's name there. */
export function atParent<T>(
  path: string,
  work: (entry: string, at: string, name: string) => Promise<T>,
): Promise<T> {
  const name = basename(path);
  return atFolder(dirname(path), (at) => work(`${at}/${name}`, at, name));
}

/** Makes a folder and all above it. What is there already must be folders, and no links to some. */
export async function makeDown(path: string): Promise<void> {
  if (!hasDescriptors) {
    await mkdir(path, { recursive: true });
    return;
  }
  const handle = await openDown(path, async (at, name) => {
    await mkdir(`${at}/${name}`).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    return open(`${at}/${name}`, FOLDER);
  });
  await handle.close();
}

export interface Resolved {
  /** Absolute, without symbolic links. The end of it need not exist. */
  readonly path: string;
  /** The first link on the way that somebody else could change, in words. */
  readonly untrusted?: string;
}

/**
 * Follows symbolic links as realpath(3) does, and tells whether all were made by people who are trusted with this
 * worker's rights: links that only root, the worker's own user or one of `trusted` could have put there.
 */
export async function resolveLinks(path: string, trusted: readonly number[]): Promise<Resolved> {
  const left = path.split('/').filter((name) => name !== '');
  const done: string[] = [];
  let links = 0;
  let untrusted: string | undefined;
  const here = (): string => `/${done.join('/')}`;
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    if (name === '.') continue;
    if (name === '..') {
      done.pop();
      continue;
    }
    const next = name;
    const target = await atFolder(here(), async (at) => {
      const info = await lstat(`${at}/${next}`).catch(unlessMissing);
      if (info === undefined) return 'missing' as const;
      if (!info.isSymbolicLink()) return undefined;
      const folder = await lstat(hasDescriptors ? `${at}/.` : at);
      const isSafe = isTrusted(info.uid, trusted) && isTrustedFolder(folder, trusted);
      return { link: await readlink(`${at}/${next}`), isSafe };
    }).catch((error: unknown) => {
      if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return 'missing' as const;
      throw error;
    });
    if (target === 'missing') return found([...done, next, ...left]);
    if (target === undefined) {
      done.push(next);
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) throw tooManyLinks(path);
    if (!target.isSafe) untrusted ??= `${here() === '/' ? '' : here()}/${next} -> ${target.link}`;
    if (target.link.startsWith('/')) done.length = 0;
    left.unshift(...target.link.split('/').filter((part) => part !== ''));
  }
  return found(done);

  function found(names: readonly string[]): Resolved {
    const resolved = `/${names.join('/')}`;
    return untrusted === undefined ? { path: resolved } : { path: resolved, untrusted };
  }
}

interface OwnerAndMode {
  readonly uid: number;
  readonly mode: number;
}

/** Nobody else can put anything else in the place of what is in it. */
function isTrustedFolder({ uid, mode }: OwnerAndMode, trusted: readonly number[]): boolean {
  const isOpen = (mode & 0o022) !== 0;
  const isSticky = (mode & 0o1000) !== 0;
  return isTrusted(uid, trusted) && (!isOpen || isSticky);
}

function isTrusted(uid: number, trusted: readonly number[]): boolean {
  return uid === 0 || uid === process.getuid?.() || trusted.includes(uid);
}

async function openDown(
  path: string,
  step: (at: string, name: string) => Promise<FileHandle>,
): Promise<FileHandle> {
  let handle = await open('/', FOLDER);
  let done = '';
  for (const name of path.split('/').filter((part) => part !== '')) {
    const above = handle;
    try {
      handle = await step(fdPath(above), name);
      done += `/${name}`;
    } catch (error) {
      throw naming(error, fdPath(above), done);
    } finally {
      await above.close();
    }
  }
  return handle;
}

/** What Node says of `/proc/self/fd/23/name` tells nobody anything. */
function naming(error: unknown, at: string, path: string): unknown {
  if (error instanceof Error) {
    error.message = error.message.replaceAll(`${at}/`, path === '/' ? '/' : `${path}/`);
  }
  return error;
}

function unlessMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function tooManyLinks(path: string): AdapterError {
  return new AdapterError('PreconditionFailed', `${path} has too many symbolic links on its way`);
}

function fdPath(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}
