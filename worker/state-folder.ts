import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, open, readdir, readlink, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { keyFileIn, openToGroup } from '../sealing/key-file';
import { ConfigError } from './settings';

const OWNER_ONLY = 0o700;
const OTHERS = 0o077;
/** What worker, server and Temporal keep there; with their journals, drafts and older logs, hence the beginnings. */
const OURS =
  /^(?:audit|bundles|copies|descriptions|edge|freezes|logs|receipts|releases|switch)$|^(?:server|temporal)\.|^pawl\.key|^\.trial-/;
/** Of these, what other programs' folders have too. */
const ALSO_OTHERS = /^(?:copies|edge|logs|releases)$/;
/** A file system's own, at its root, and what keeps an empty folder in a repository. */
const NOBODYS = /^(?:lost\+found|\.snapshots|\.gitignore|\.gitkeep)$/;

export interface StateFolder {
  /** Takes away from other users what they may do with anything in it. */
  close(): Promise<void>;
  /** Removes the folders that were made for this start, if nothing has been put there. */
  removeIfUnused(): Promise<void>;
}

/**
 * Makes the state directory, or takes the one that is there, and closes it to other users, whatever it allowed before.
 * Retry:  safe
 * Throws: ConfigError that names the place and what is wrong with it, other things in it included; then nothing was made
 */
export async function openStateFolder(folder: string): Promise<StateFolder> {
  const made = await make(folder);
  await tried(folder, 'cannot be read', () => refuseForeign(folder));
  const close = async (): Promise<void> => {
    await closeToOthers(folder);
    openToGroup(keyFileIn(folder));
  };
  const removeIfUnused = (): Promise<void> => removeEmpty(made);
  try {
    await tried(folder, 'cannot be closed to other users', close);
    await tried(folder, 'cannot be written to', () => writeSomething(folder));
  } catch (error) {
    await removeIfUnused();
    throw error;
  }
  return { close, removeIfUnused };
}

/** A home folder, a project or `/etc`, given by mistake, would be closed to those whose things are in it. */
async function refuseForeign(folder: string): Promise<void> {
  const names = await readdir(folder);
  const foreign = names.filter((name) => !OURS.test(name) && !NOBODYS.test(name)).sort();
  const [first] = foreign;
  const isOurs = names.some((name) => OURS.test(name) && !ALSO_OTHERS.test(name));
  if (first === undefined || isOurs) return;
  const others = foreign.length === 1 ? first : `${first} and ${foreign.length - 1} more`;
  throw unusable(
    folder,
    `holds other things (${others}), and would be closed to other users; ${join(folder, 'pawl')} would do`,
  );
}

/** Returns the folders that were made, the deepest first. Not by `recursive`, which never ends in /proc. */
async function make(folder: string): Promise<readonly string[]> {
  const missing: string[] = [];
  let existing = folder;
  while (!(await isFolder(existing))) {
    missing.push(existing);
    existing = dirname(existing);
  }
  const made: string[] = [];
  for (const next of missing.reverse()) {
    await tried(next, 'cannot be created', () => mkdirIfMissing(next));
    made.unshift(next);
  }
  return made;
}

/** False: there is nothing of that name yet. */
async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
    throw unusable(path, 'is not a folder');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      await refuseDanglingLink(path);
      return false;
    }
    // Something above it is a file: that one is named when its turn comes.
    if (code === 'ENOTDIR') return false;
    throw error instanceof ConfigError ? error : unusable(path, reasonOf(error));
  }
}

async function refuseDanglingLink(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSymbolicLink() !== true) return;
  throw unusable(path, `is a link to ${await readlink(path)}, which does not exist`);
}

async function mkdirIfMissing(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: OWNER_ONLY });
  } catch (error) {
    // Another process has made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Temporal is at work in it: its journals come and go. */
async function closeToOthers(path: string): Promise<void> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) return;
    if ((found.mode & OTHERS) !== 0) await chmod(path, found.mode & 0o7777 & ~OTHERS);
    if (!found.isDirectory()) return;
    for (const name of await readdir(path)) await closeToOthers(join(path, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Only a trial tells: file systems are mounted read-only, full, or no real ones. */
async function writeSomething(folder: string): Promise<void> {
  const file = join(folder, `.trial-${randomUUID()}`);
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile('a trial\n').finally(() => handle.close());
  } finally {
    await rm(file, { force: true });
  }
}

async function removeEmpty(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    try {
      await rmdir(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOTEMPTY' || code === 'EEXIST') return;
      if (code !== 'ENOENT') throw error;
    }
  }
}

async function tried<T>(path: string, problem: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw unusable(path, `${problem}: ${reasonOf(error)}`);
  }
}

function unusable(path: string, problem: string): ConfigError {
  return new ConfigError(
    `the state directory cannot be used: ${path} ${problem}.\nChoose another with --state-dir DIR or PAWL_STATE_DIR.`,
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
