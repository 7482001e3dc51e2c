import { lstat, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { AdapterError } from '../../../ports/adapter-error';
import { atFolder, atParent } from '../../process/descriptors';
import { codeOf, guarded } from '../../process/host-failure';
import { unlessMissing } from './place';

/* Folders that pawl makes beside a database. Whoever may write there could put something else in their place. */

/** Whether there is anything of the name; a symbolic link on the way to it leads nowhere. */
export const isThere = guarded(async (path: string): Promise<boolean> => {
  try {
    await atParent(path, (entry) => lstat(entry));
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error))) return false;
    throw error;
  }
});

/** Throws: when its name is taken */
export const makeOwn = guarded((folder: string) =>
  atParent(folder, (entry) => mkdir(entry, { mode: 0o700 })),
);

/** With all in it. Does nothing when there is none. */
export const removeOwn = guarded(async (folder: string) => {
  if (!(await isThere(folder))) return;
  await atParent(folder, (entry) => rm(entry, { recursive: true, force: true }));
});

/**
 * Works in a folder of `makeOwn`'s, which no rename can redirect meanwhile.
 * Throws: PreconditionFailed (it is another)
 */
export function inOwn<T>(folder: string, work: (at: string) => Promise<T>): Promise<T> {
  return guarded(atFolder<T>)(folder, async (at) => {
    const { uid, mode } = await stat(`${at}/.`);
    if (uid !== process.getuid?.() || (mode & 0o077) !== 0) throw notOwn(folder);
    return work(at);
  });
}

/** Never over another. Does nothing when there is nothing to move. Throws: PreconditionFailed (the name is taken) */
export async function move(from: string, to: string): Promise<void> {
  if (!(await hasEntry(from))) return;
  if (await hasEntry(to)) throw taken(to);
  await rename(from, to);
}

/** As `isThere`, of a path that starts at an opened folder. */
export async function hasEntry(path: string): Promise<boolean> {
  return (await lstat(path).catch(unlessMissing)) !== undefined;
}

/** What was moved into a folder, or out of it, is so after a power cut. */
export async function flush(folder: string): Promise<void> {
  const handle = await open(`${folder}/.`, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function taken(path: string): AdapterError {
  const text = `${path} is there already: something makes the database again while it is replaced`;
  return new AdapterError('PreconditionFailed', text, {
    advice: 'Stop what uses the database, and run the restore again.',
  });
}

function notOwn(folder: string): AdapterError {
  const text = `${folder} is not the folder that this restore made: somebody else has changed what lies beside the database`;
  return new AdapterError('PreconditionFailed', text, {
    advice: 'Check who may write there, remove it, and run the restore again.',
  });
}
