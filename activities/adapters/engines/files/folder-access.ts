import type { CommandOptions, CommandRunner, RunningCommand } from '../../../ports/command-runner';
import type { Frame } from './frames';
import type { TarProgram } from './tar-commands';

/** What the engine needs of the place that a folder is in: the host, or a service's container. Paths are absolute. */
export interface FolderAccess {
  readonly runner: CommandRunner;
  /** What every command there is run with. */
  readonly options: CommandOptions;
  /** Whether owners can be restored there. */
  readonly asRoot: boolean;

  /** Whether folders beside a protected one can be on its file system. */
  readonly hasNeighbours: boolean;

  /** Runs tar in a folder. */
  spawnIn(
    folder: string,
    argv: readonly string[],
    options?: CommandOptions,
  ): Promise<RunningCommand>;
  /** The absolute path without symbolic links, also of what does not exist yet; and a link that must not be followed to write. */
  resolve(path: string): Promise<{ readonly path: string; readonly untrusted?: string }>;
  /** Names the folder itself, whatever it is called; undefined when there is no folder. */
  identity(folder: string): Promise<string | undefined>;
  /** Whether what a restore builds must be inside the folder, since its neighbour would be on another file system. */
  mustStayInside(folder: string): Promise<boolean>;
  /** What is mounted in it, relative to it; of mounts in mounts the outer ones. */
  mountsInside(folder: string): Promise<readonly string[]>;
  /** Names in it, none when there is no such folder. Only for folders that pawl has made. */
  folderNames(folder: string): Promise<readonly string[]>;
  /** Names in it that the file system says are immutable, as far as there is a program that asks. */
  immutable(folder: string): Promise<readonly string[]>;
  /** Whether a frame of the folder holds anything that moves. False when there is none. */
  hasEntries(folder: string, frame: Frame): Promise<boolean>;
  /** With all above it. Does nothing when it is there. */
  makeFolder(folder: string): Promise<void>;
  /** Makes a folder that nobody else may enter. Throws when its name is taken. */
  makeOwn(folder: string): Promise<void>;
  /** Whether it is one that `makeOwn` made. */
  isOwn(folder: string): Promise<boolean>;
  /**
   * Finds out, without moving any, whether the entries of a frame can be moved; `own` is a folder of `makeOwn`'s on the same file
   * system. Does nothing where it cannot be tried.
   * Throws: PreconditionFailed that names those that cannot
   */
  assertMovable(folder: string, own: string, frame: Frame): Promise<void>;
  /** Renames what moves of a frame. Throws: PreconditionFailed when a name is taken or cannot be moved. */
  moveEntries(from: string, to: string, frame: Frame): Promise<void>;
  /**
   * The same, and what has one of their names in `to` is moved to `aside` first, where there is one. Goes on past what
   * cannot be moved.
   * Throws: PreconditionFailed at the end, when anything could not be moved
   */
  bringEntries(from: string, to: string, aside: string | undefined, frame: Frame): Promise<void>;
  /** Atomic. `to` must not exist. */
  rename(from: string, to: string): Promise<void>;
  /** With all in it. Does nothing when there is none. Throws: PreconditionFailed when something is mounted in it */
  remove(folder: string): Promise<void>;
  /** Removes it when it is empty and can be removed. */
  removeIfEmpty(folder: string): Promise<void>;
  /** Mode and owner, and what else its tar knows of the folder itself. */
  copyAttributes(from: string, to: string, tar: TarProgram): Promise<void>;
  /** Time of the last change. */
  copyTime(from: string, to: string): Promise<void>;
  /** Makes what was written there survive a loss of power. */
  flush(folder: string): Promise<void>;
  freeBytes(folder: string): Promise<number | undefined>;
}

/** In a sentence. */
export function nameOfHolder({ runner }: FolderAccess): string {
  return runner.location === 'host' ? 'this host' : runner.location;
}
