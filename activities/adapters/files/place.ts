import type { CommandOptions, CommandRunner } from '../../ports';

/** What the engine needs of the place that a folder is in: the host, or a service's container. Paths are absolute. */
export interface Place {
  readonly runner: CommandRunner;
  /** What every command there is run with. */
  readonly options: CommandOptions;
  /** Whether owners can be restored there. */
  readonly asRoot: boolean;

  /** Whether folders beside a protected one can be on its file system. */
  readonly hasNeighbours: boolean;

  /** The absolute path without symbolic links; also of what does not exist yet. */
  resolve(path: string): Promise<string>;
  /** Names the folder itself, whatever it is called; undefined when there is no folder. */
  identity(folder: string): Promise<string | undefined>;
  /** Whether what a restore builds must be inside the folder, since its neighbour would be on another file system. */
  mustStayInside(folder: string): Promise<boolean>;
  /** Whether it holds anything but pawl's own folders. False when there is none. */
  holdsEntries(folder: string): Promise<boolean>;
  /** With all above it. Does nothing when it is there. */
  makeFolder(folder: string): Promise<void>;
  /** Renames each entry but pawl's own. Throws: PreconditionFailed when a name is taken or cannot be moved. */
  moveEntries(from: string, to: string): Promise<void>;
  /** The same, but leaves an entry whose name is taken where it is. */
  moveFreeEntries(from: string, to: string): Promise<void>;
  /** Atomic. `to` must not exist. */
  rename(from: string, to: string): Promise<void>;
  /** With all in it. Does nothing when there is none. */
  remove(folder: string): Promise<void>;
  /** Removes it when it is empty and can be removed. */
  removeIfEmpty(folder: string): Promise<void>;
  /** Mode and owner. */
  copyAttributes(from: string, to: string): Promise<void>;
  /** Makes what was written there survive a loss of power. */
  flush(folder: string): Promise<void>;
  freeBytes(folder: string): Promise<number | undefined>;
}
