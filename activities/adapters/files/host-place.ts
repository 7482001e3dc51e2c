import {
  access,
  chmod,
  chown,
  constants,
  mkdir,
  readFile,
  realpath,
  rename,
  rmdir,
  stat,
  statfs,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CommandRunner } from '../../ports';
import { hasEntries, moveEntries, moveFreeEntries } from './host-entries';
import { codeOf, guarded } from './host-failure';
import type { Place } from './place';

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
    hasNeighbours: true,
    resolve: guarded(resolveLinks),
    identity: guarded(identity),
    mustStayInside: guarded(mustStayInside),
    holdsEntries: guarded(
      async (folder: string) => (await identity(folder)) !== undefined && hasEntries(folder),
    ),
    makeFolder: guarded(async (folder: string) => {
      await mkdir(folder, { recursive: true });
    }),
    moveEntries: guarded((from: string, to: string) => moveEntries(from, to, signal)),
    moveFreeEntries: guarded((from: string, to: string) => moveFreeEntries(from, to, signal)),
    rename: guarded(rename),
    // Not Node's own: one process with no names in this one's memory.
    remove: (folder) => run(['rm', '-rf', '--', folder]),
    removeIfEmpty: guarded((folder: string) =>
      unless(['ENOTEMPTY', 'EBUSY', 'ENOENT'], () => rmdir(folder)),
    ),
    copyAttributes: guarded(copyAttributes),
    flush: (folder) => run(['sync', '-f', folder]),
    freeBytes: guarded(async (folder: string) => {
      const { bavail, bsize } = await statfs(await nearest(folder));
      return bavail * bsize;
    }),
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
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(codeOf(error))) return undefined;
    throw error;
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
async function mountPoints(): Promise<ReadonlySet<string>> {
  const text = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const unescape = (path: string): string =>
    path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
  return new Set(text.split('\n').map((line) => unescape(line.split(' ')[4] ?? '')));
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
