import type { Release, ReleaseList } from '../../workflows/model/release';

/** A release being made: its number is taken and its Compose model is written. It exists once it is recorded. */
export interface PreparedRelease {
  readonly number: number;
  /** Absolute path of its `compose.yaml`. */
  readonly file: string;
  readonly modelHash: string;
}

/** `releases/<stack>/<number>/{compose.yaml,release.json}` in the state directory, and which one is current. */
export interface Releases {
  /** Takes the next number for this run, or finds the one it took, and writes the model that `render` makes for it. Durable. */
  prepare(
    stack: string,
    runKey: string,
    render: (number: number) => string,
  ): Promise<PreparedRelease>;
  /** Drops what was prepared and never recorded by this run. Idempotent. */
  discard(stack: string, runKey: string): Promise<void>;
  /** Writes `release.json` and makes it current, in this order. Idempotent by `runKey`. */
  record(release: Release): Promise<void>;
  /** Makes a recorded release current: what a rollback does. Idempotent. */
  setCurrent(stack: string, number: number): Promise<void>;
  /** Recorded ones, newest first, and the current one's number. */
  list(stack: string): Promise<ReleaseList>;
  /** Path of a release's Compose model. Throws: PreconditionFailed when there is none */
  file(stack: string, number: number): Promise<string>;
  readModel(stack: string, number: number): Promise<string>;
  /** Ids of the images of every release that this host keeps of other stacks. */
  imagesOfOthers(stack: string): Promise<ReadonlySet<string>>;
  /** Removes releases. Never the current one: InternalError. Idempotent. */
  remove(stack: string, numbers: readonly number[]): Promise<void>;
}
