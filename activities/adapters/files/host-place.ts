import {
  access,
  chmod,
  chown,
  constants,
  lstat,
  mkdir,
  opendir,
  readFile,
  realpath,
  rename,
  rmdir,
  stat,
  statfs,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AdapterError } from '../../adapter-error';
import type { CommandRunner } from '../../ports';
import type { Place } from './place';
import { HIDDEN_PREFIX } from './tar-commands';

/** Leaves room for the suffixes below the 255 bytes that file systems allow. */
const LONGEST_NAME_BYTES = 200;

/** Folders of this host, by Node's own calls: names are bytes there, and renames are atomic. */
export function hostPlace(runner: CommandRunner, signal: AbortSignal): Place {
  const options = { signal };
  const run = async (argv: readonly string[]): Promise<void> => {
    await runner.run(argv, options);
  };
  return {
    runner,
    options,
    asRoot: process.getuid?.() === 0,
    resolve: resolveLinks,
    identity,
    mustStayInside,
    holdsEntries,
    makeFolder: async (folder) => {
      await mkdir(folder, { recursive: true });
    },
    moveEntries: (from, to) => moveEntries(from, to, signal),
    rename,
    // Ten times faster than Node's own on a million files.
    remove: (folder) => run(['rm', '-rf', '--', folder]),
    removeIfEmpty: (folder) => unless(['ENOTEMPTY', 'EBUSY', 'ENOENT'], () => rmdir(folder)),
    copyAttributes,
    flush: (folder) => run(['sync', '-f', folder]),
    freeBytes: async (folder) => {
      const { bavail, bsize } = await statfs(await nearest(folder));
      return bavail * bsize;
    },
  };
}

async function resolveLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    if (codeOf(error) !== 'ENOENT' || parent === path) throw error;
    return join(await resolveLinks(parent), basename(path));
  }
}

async function identity(folder: string): Promise<string | undefined> {
  try {
    const found = await stat(folder);
    return found.isDirectory() ? `${found.dev}:${found.ino}` : undefined;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined;
    throw accessFailure(error, folder);
  }
}

async function mustStayInside(folder: string): Promise<boolean> {
  if (Buffer.byteLength(basename(folder)) > LONGEST_NAME_BYTES) return true;
  if ((await mountPoints()).has(folder)) return true;
  return access(await nearest(dirname(folder)), constants.W_OK).then(
    () => false,
    () => true,
  );
}

/** Also bind mounts of the same file system, which st_dev does not show. Empty where there is no /proc (macOS). */
export async function mountPoints(): Promise<ReadonlySet<string>> {
  const text = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const unescape = (path: string): string =>
    path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
  return new Set(text.split('\n').map((line) => unescape(line.split(' ')[4] ?? '')));
}

async function* entriesOf(folder: string): AsyncGenerator<Buffer> {
  // Typed for text only, though `encoding` has been there for long.
  const opened = await opendir(folder, { encoding: 'buffer' as BufferEncoding, bufferSize: 256 });
  for await (const { name } of opened) {
    const bytes = name as unknown as Buffer;
    if (!bytes.toString('latin1').startsWith(HIDDEN_PREFIX)) yield bytes;
  }
}

async function holdsEntries(folder: string): Promise<boolean> {
  if ((await identity(folder)) === undefined) return false;
  const entries = entriesOf(folder);
  const first = await entries.next();
  await entries.return(undefined); // closes the folder
  return first.done !== true;
}

/** In passes: a folder that changes while it is listed may show an entry late. */
async function moveEntries(from: string, to: string, signal: AbortSignal): Promise<void> {
  while (await holdsEntries(from)) {
    for await (const name of entriesOf(from)) {
      signal.throwIfAborted();
      await moveEntry(inFolder(from, name), inFolder(to, name));
    }
  }
}

async function moveEntry(from: Buffer, to: Buffer): Promise<void> {
  const taken = await lstat(to).then(
    () => true,
    () => false,
  );
  if (taken)
    throw inTheWay(to, 'it appeared there during the swap: something writes to the folder');
  try {
    await rename(from, to);
  } catch (error) {
    if (['EBUSY', 'EXDEV'].includes(codeOf(error))) {
      throw inTheWay(from, 'something is mounted on it');
    }
    throw accessFailure(error, from.toString());
  }
}

function inTheWay(path: Buffer, reason: string): AdapterError {
  const advice = 'Stop what uses the folder (or unmount what is in it) and run the restore again.';
  return new AdapterError('PreconditionFailed', `Could not move ${path.toString()}: ${reason}`, {
    advice,
  });
}

function inFolder(folder: string, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), name]);
}

async function copyAttributes(from: string, to: string): Promise<void> {
  const { mode, uid, gid } = await stat(from);
  const now = await stat(to);
  // The owner first: a change of owner clears set-group-id.
  if (now.uid !== uid || now.gid !== gid) await chown(to, uid, gid);
  await chmod(to, mode & 0o7777);
}

/** The folder itself, or the first above it that exists. */
async function nearest(folder: string): Promise<string> {
  return (await identity(folder)) === undefined && folder !== '/'
    ? nearest(dirname(folder))
    : folder;
}

async function unless(codes: readonly string[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!codes.includes(codeOf(error))) throw error;
  }
}

function accessFailure(error: unknown, path: string): unknown {
  if (!['EACCES', 'EPERM'].includes(codeOf(error))) return error;
  const text = `This user may not use ${path}: ${(error as Error).message}`;
  const advice = 'Run the worker as root, or as the owner of the files.';
  return new AdapterError('CredentialsRejected', text, { advice }, { cause: error });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
