import {
  access,
  chmod,
  chown,
  constants,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rmdir,
  stat,
  statfs,
  utimes,
} from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { AdapterError } from '../../../ports/adapter-error';
import type { CommandRunner } from '../../../ports/command-runner';
import { atFolder, atParent, makeDown, resolveLinks } from '../../process/descriptors';
import { copyByTar } from './folder-itself';
import { assertMovable, bringEntries, hasEntries, moveEntries } from './host-entries';
import { codeOf, guarded } from '../../process/host-failure';
import { immutableEntries } from './immutable';
import { isMountPoint, mountsInside } from './mounts';
import type { FolderAccess } from './folder-access';

/** Leaves room for the suffixes below the 255 bytes that file systems allow. */
const LONGEST_NAME_BYTES = 200;

const NO_FOLDER = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'];

/**
 * Folders of this host, by Node's own calls: names are bytes there, and renames are atomic. Every call goes down to its
 * folder anew, and follows no symbolic link on the way: see `descriptors.ts`.
 *
 * `trusted`: user ids besides root's and the worker's whose symbolic links may be followed.
 */
export function hostAccess(
  runner: CommandRunner,
  signal: AbortSignal,
  trusted: readonly number[] = [],
): FolderAccess {
  const options = { signal };
  const inBoth = (
    from: string,
    to: string,
    work: (from: string, to: string) => Promise<void>,
  ): Promise<void> => atFolder(from, (source) => atFolder(to, (target) => work(source, target)));
  const access: FolderAccess = {
    runner,
    options,
    asRoot: process.getuid?.() === 0,
    hasNeighbours: true,
    spawnIn: guarded((folder: string, argv: readonly string[], more = {}) =>
      atFolder(folder, (cwd) => runner.spawn(argv, { ...options, ...more, cwd })),
    ),
    resolve: guarded((path: string) => resolveLinks(path, trusted)),
    identity: guarded(identity),
    mustStayInside: guarded(mustStayInside),
    mountsInside: guarded(async (folder: string) =>
      mountsInside(folder, await ownMounts(), await mountsOfOthers()),
    ),
    folderNames: guarded(async (folder: string) =>
      (await identity(folder)) === undefined ? [] : atFolder(folder, (at) => readdir(at)),
    ),
    immutable: (folder) => atFolder(folder, (cwd) => immutableEntries(runner, { ...options, cwd })),
    hasEntries: guarded(
      async (folder, frame) =>
        (await identity(folder)) !== undefined &&
        (await atFolder(folder, (at) => hasEntries(at, frame))),
    ),
    makeFolder: guarded(makeDown),
    makeOwn: guarded((folder: string) =>
      atParent(folder, (entry) => mkdir(entry, { mode: 0o700 })),
    ),
    isOwn: guarded(isOwn),
    assertMovable: guarded(async (folder, own, frame) => {
      // The folder `own` keeps its time when there is nothing to try.
      if (!(await access.hasEntries(folder, frame))) return;
      await inBoth(folder, own, (at, ownAt) => assertMovable(at, ownAt, frame, signal));
    }),
    moveEntries: guarded((from, to, frame) =>
      inBoth(from, to, (source, target) => moveEntries(source, target, frame, signal)),
    ),
    bringEntries: guarded((from, to, aside, frame) =>
      inBoth(from, to, (source, target) => {
        const bring = (asideAt?: string): Promise<void> =>
          bringEntries({ from: source, to: target, aside: asideAt }, frame, signal);
        return aside === undefined ? bring() : atFolder(aside, bring);
      }),
    ),
    rename: guarded((from: string, to: string) =>
      atParent(from, (source) => atParent(to, (target) => rename(source, target))),
    ),
    remove: guarded((folder: string) => remove(access, folder)),
    removeIfEmpty: guarded((folder: string) =>
      unless(['ENOTEMPTY', 'EBUSY', 'ENOENT'], () => atParent(folder, (entry) => rmdir(entry))),
    ),
    copyAttributes: guarded(async (from, to, tar) => {
      if (tar.kind === 'gnu') await copyByTar(access, from, to);
      else await inBoth(from, to, copyOwnerAndMode);
    }),
    copyTime: guarded((from: string, to: string) =>
      inBoth(from, to, async (source, target) => {
        const { atime, mtimeMs } = await stat(`${source}/.`);
        await utimes(`${target}/.`, atime, mtimeMs / 1000);
      }),
    ),
    flush: guarded((folder: string) =>
      atFolder(folder, async (cwd) => {
        await runner.run(['sync', '-f', '.'], { ...options, cwd });
      }),
    ),
    freeBytes: guarded(async (folder: string) =>
      atFolder(await nearest(folder), async (at) => {
        const { bavail, bsize } = await statfs(`${at}/.`);
        return bavail * bsize;
      }),
    ),
  };
  return access;
}

async function identity(folder: string): Promise<string | undefined> {
  try {
    return await atFolder(folder, async (at) => {
      const { dev, ino } = await stat(`${at}/.`);
      return `${dev}:${ino}`;
    });
  } catch (error) {
    if (NO_FOLDER.includes(codeOf(error))) return undefined;
    throw error;
  }
}

/** False too when it is gone, or a link has its name now. */
async function isOwn(folder: string): Promise<boolean> {
  try {
    const { uid, mode } = await atFolder(folder, (at) => stat(`${at}/.`));
    return uid === process.getuid?.() && (mode & 0o077) === 0;
  } catch (error) {
    if (NO_FOLDER.includes(codeOf(error))) return false;
    throw error;
  }
}

async function mustStayInside(folder: string): Promise<boolean> {
  if (Buffer.byteLength(basename(folder)) > LONGEST_NAME_BYTES) return true;
  if (isMountPoint(folder, await ownMounts())) return true;
  return atFolder(await nearest(dirname(folder)), (at) => access(`${at}/.`, constants.W_OK)).then(
    () => false,
    () => true,
  );
}

/** Also bind mounts of the same file system, which st_dev does not show. Empty where there is no /proc (macOS). */
function ownMounts(): Promise<string> {
  return readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
}

/** As far as this worker may look: the mounts of containers, above all. */
async function mountsOfOthers(): Promise<readonly string[]> {
  const processes = await readdir('/proc').catch(() => []);
  const tables = new Map<string, string>();
  for (const id of processes.filter((name) => /^\d+$/.test(name))) {
    try {
      const namespace = await readlink(`/proc/${id}/ns/mnt`);
      if (tables.has(namespace)) continue;
      tables.set(namespace, await readFile(`/proc/${id}/mountinfo`, 'utf8'));
    } catch {
      // It has ended, or belongs to somebody else.
    }
  }
  return [...tables.values()];
}

/** Not Node's own `rm`: one process with no names in this one's memory. It follows no links on its way either. */
async function remove(access: FolderAccess, folder: string): Promise<void> {
  const { runner, options } = access;
  if ((await identity(dirname(folder))) === undefined) return;
  if ((await identity(folder)) !== undefined) {
    const [mounted] = await access.mountsInside(folder);
    if (mounted !== undefined) throw stillMounted(folder, mounted);
  }
  await atParent(folder, async (_entry, cwd, name) => {
    await runner.run(['rm', '-rf', '--', name], { ...options, cwd });
  });
}

export function stillMounted(folder: string, mounted: string): AdapterError {
  const text = `${folder} cannot be removed: ${mounted} in it is mounted, and what is mounted would be deleted`;
  return new AdapterError('PreconditionFailed', text, {
    advice: `Unmount ${folder}/${mounted} first.`,
  });
}

async function copyOwnerAndMode(from: string, to: string): Promise<void> {
  const { mode, uid, gid } = await stat(`${from}/.`);
  const now = await stat(`${to}/.`);
  // The owner first: a change of owner clears set-group-id.
  if (now.uid !== uid || now.gid !== gid) await chown(`${to}/.`, uid, gid);
  await chmod(`${to}/.`, mode & 0o7777);
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
