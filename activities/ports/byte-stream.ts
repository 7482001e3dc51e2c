import type { Readable, Writable } from 'node:stream';
import type { LeftOut } from '../../workflows/model/left-out';
import type { PartFacts } from '../../workflows/model/recovery-point';

/** A dump being taken. */
export interface ByteSource {
  readonly stream: Readable;
  /** As of `RunningCommand`. Present where it saves something. */
  readonly recycle?: (chunk: Buffer) => void;
  /**
   * Called once, after `stream` ended. Resolves only when the source's exit is known to be a success *and* its own mark
   * of completeness was seen; anything else rejects, and the caller then stores nothing.
   */
  finish(): Promise<PartFacts>;
  /** Ends whatever was started, also in the container or on the server. Idempotent, never rejects. */
  abort(): Promise<void>;
}

/** A dump being restored into a place of its own. */
export interface ByteSink {
  readonly stream: Writable;
  /**
   * Called once, after `stream` was ended. Resolves when all of it was taken in without a single error, but for what the
   * target leaves out.
   */
  finish(): Promise<void>;
  /** As of a source. Does nothing after a `finish` that ended well. */
  abort(): Promise<void>;
  /** Called after `finish`. Absent where all is always taken in, in one go. */
  taken?(): Taken;
}

/** What a sink made of a dump. */
export interface Taken {
  /** Present when the whole dump is to be sent once more, there: some of it could not be taken in before the rest was. */
  readonly again?: ByteSink;
  readonly leftOut: readonly LeftOut[];
  /** Names of the contents that are therefore not as they were. */
  readonly unproved: readonly string[];
}
