import type { ProtectEntry } from '../../workflows/model/stack';
import type { ScratchKind, ScratchPlace } from '../../workflows/model/scratch';
import type { Attempt } from './attempt';
import type { Site } from './site';

export interface ScratchRequest {
  readonly site: Site;
  readonly entry: ProtectEntry;
  /** Of the server that was dumped, as its manifest has it: `PostgreSQL 15.18`. */
  readonly sourceVersion: string;
  readonly attempt: Attempt;
}

export interface ScratchObservation {
  /** What it will be, in words: `a container of melvin-postgres-1's image, sha256:1f…`. */
  readonly place: string;
  /** The disk that it will lie on, so that needs on one disk are added up. */
  readonly disk: string;
  /** Absent when this host cannot know. */
  readonly freeBytes?: number;
}

/** One kind of scratch places. */
export interface ScratchPlaces {
  /** Reads only. Throws: PreconditionFailed (there can be none, and why) · ServiceUnavailable */
  observe(request: ScratchRequest): Promise<ScratchObservation>;
  /**
   * Makes the place of an entry, empty, and marked with its run before it exists. What an earlier attempt of the run made for
   * the entry is removed first. A server may still be starting.
   * Throws: PreconditionFailed · ServiceUnavailable · CommandFailed
   */
  open(request: ScratchRequest & { readonly runKey: string }): Promise<ScratchPlace>;
  /** Removes all that is marked with the run. Does nothing when there is none. */
  sweep(runKey: string, attempt: Attempt): Promise<void>;
  /** Removes what was made for the stack longer ago than any run of it can have lasted: whoever made it was ended by force. */
  sweepOlderThan(seconds: number, stack: string, attempt: Attempt): Promise<void>;
}

export type Scratch = Readonly<Record<ScratchKind, ScratchPlaces>>;
