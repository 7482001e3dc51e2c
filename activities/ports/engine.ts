import type { Readable } from 'node:stream';
import type { LeaveOutChoice } from '../../workflows/model/left-out';
import type { ContentDigest, Json, Part } from '../../workflows/model/recovery-point';
import type { RestoreTarget } from '../../workflows/model/restore-target';
import type { EngineKind, ProtectEntry } from '../../workflows/model/stack';
import type { Attempt } from './attempt';
import type { ByteSink, ByteSource } from './byte-stream';
import type { Site } from './site';
import type { TreeSink, TreeSource } from './trees';

export interface ObservedPart {
  readonly part: Part;
  /** What its dump is expected to have, from the server's own figures; a guide for progress and free space. */
  readonly expectedBytes: number;
  /** Set when a backup must leave it out; the reason. */
  readonly skip?: string;
}

export interface EngineObservation {
  readonly entry: string;
  readonly engine: EngineKind;
  /** Server or program, with version, such as `PostgreSQL 15.18`. */
  readonly version: string;
  readonly parts: readonly ObservedPart[];
  /** What a person should know before the run, in sentences. */
  readonly notes: readonly string[];
}

export interface TargetObservation {
  /** Whether `into` exists and holds anything. */
  readonly exists: boolean;
  readonly bytes: number;
  /** Sessions of others on it now, to be told and, at the swap only, disconnected. */
  readonly otherSessions: number;
  /** Free bytes where it would be restored; absent when the engine cannot know. */
  readonly freeBytes?: number;
  /** What the replaced content will be called, where that is not `into` with its suffix. */
  readonly keepAs?: string;
  readonly version: string;
  /** Why a swap could not succeed now, and what to do about it. */
  readonly obstacle?: { readonly obstacle: string; readonly advice: string };
  /** What a person should know of it, in sentences. */
  readonly notes?: readonly string[];
}

/** How a swap has ended. */
export interface Swapped {
  /** Whether something was there before, and was kept. */
  readonly kept: boolean;
  /** What a person should know of it, in sentences: what was stopped for it, and for how long. */
  readonly notes?: readonly string[];
}

/** What every call on an entry of `protect` needs. */
export interface EntryCall<Entry extends ProtectEntry = ProtectEntry> {
  readonly site: Site;
  readonly entry: Entry;
  readonly attempt: Attempt;
}

export interface PartCall<Entry extends ProtectEntry = ProtectEntry> extends EntryCall<Entry> {
  readonly part: Part;
}

export interface RestoreCall<Entry extends ProtectEntry = ProtectEntry> extends PartCall<Entry> {
  readonly target: RestoreTarget;
}

/** Of an engine whose content the repository can store file by file, beside `dump` and `receive`. */
export interface EngineTrees<Entry extends ProtectEntry = ProtectEntry> {
  /** Where this host has the part. Undefined where it is not to be had so: then it is dumped. */
  source(call: PartCall<Entry>): Promise<TreeSource | undefined>;
  /** The place that `prepare` made. Throws: PreconditionFailed where this host does not reach it */
  sink(call: RestoreCall<Entry>): Promise<TreeSink>;
  /** Digests a stored tree as it comes out of the repository, to be compared with `digest` of the place. */
  digest(stored: Readable): Promise<readonly ContentDigest[]>;
}

/**
 * One kind of database (or files). The extension point: a further kind is one folder in `adapters/` that passes
 * `test/adapters/engine-contract.ts`.
 *
 * A restore is: observeTarget → prepare → receive → digest (compared by the caller) → swap → keep or undo. Each step is
 * idempotent and looks at the world to see what an earlier attempt has done.
 */
export interface Engine<Entry extends ProtectEntry = ProtectEntry> {
  readonly kind: Entry['engine'];

  /** Absent where all is dumped. */
  readonly trees?: EngineTrees<Entry>;

  /** Reads only. Throws: CredentialsRejected · ServiceUnavailable · PreconditionFailed (no such database or folder). */
  observe(call: EntryCall<Entry>): Promise<EngineObservation>;

  /** Begins a dump. Ends first what an earlier attempt with the same owner left on the server. */
  dump(call: PartCall<Entry>): Promise<ByteSource>;

  observeTarget(call: RestoreCall<Entry>): Promise<TargetObservation>;

  /**
   * What the names of `target.leaveOut` mean in a dump, of which no more is read than is needed. Absent where nothing can
   * be left out. Throws: PreconditionFailed (a dump that cannot be understood)
   */
  chooseLeftOut?(dump: Readable, names: readonly string[]): Promise<LeaveOutChoice>;

  /**
   * Leaves an empty place beside `target.into`, dropping what an earlier attempt of this run put there. `surroundings`
   * are those of the dump's facts: what will replace nothing gets them at the swap, as far as they can be had here.
   * Returns what cannot, in sentences: that is told, and is no reason not to restore.
   */
  prepare(
    call: RestoreCall<Entry> & { readonly surroundings?: Json | undefined },
  ): Promise<readonly string[]>;

  /**
   * Understands a dump without restoring it, of which no more is read than is needed. In drills alone: on the server, which was
   * made for this run, it makes what the dump needs and has not, such as roles. Returns what was seen, in a sentence. Absent
   * where only a restore can tell.
   * Throws: VerificationFailed (it is none, or damaged) · what reaching the server throws
   */
  readAhead?(call: RestoreCall<Entry> & { readonly dump: Readable }): Promise<string>;

  /** Takes a dump in, into the place that `prepare` made. */
  receive(call: RestoreCall<Entry>): Promise<ByteSink>;

  /** Counts and digests the place beside, by the methods that `expected` names, so that the two can be compared. */
  digest(
    call: RestoreCall<Entry> & { readonly expected: readonly ContentDigest[] },
  ): Promise<readonly ContentDigest[]>;

  /**
   * What the engine can say of the place beside: that nothing in it is half made. Returns what was seen, in a sentence.
   * Throws: VerificationFailed (what is not as it should be)
   */
  checkStructure?(call: RestoreCall<Entry>): Promise<string>;

  /** The engine's own check of what it has stored in the place beside, which may change that. As `checkStructure`. */
  checkIntegrity?(call: RestoreCall<Entry>): Promise<string>;

  /**
   * Puts the place beside in the place of `into` and keeps what was there. May be killed between any two of its steps:
   * called again it goes on. Called when all is done it does nothing.
   */
  swap(call: RestoreCall<Entry>): Promise<Swapped>;

  /** Undoes `swap`, also a half-done one, and drops what was restored. Does nothing when nothing was swapped. */
  swapBack(call: RestoreCall<Entry>): Promise<void>;

  /** Drops the place beside. Never touches `into`. Does nothing when it is gone. */
  discardBeside(call: RestoreCall<Entry>): Promise<void>;

  /** Drops what `swap` kept. Does nothing when it is gone. */
  discardKept(call: RestoreCall<Entry>): Promise<void>;
}

export type Engines = {
  readonly [Kind in EngineKind]: Engine<Extract<ProtectEntry, { engine: Kind }>>;
};
