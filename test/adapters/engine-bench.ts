import type { FailureType } from '../../workflows/model/failure-type';
import type { RestoreTarget } from '../../workflows/model/restore-target';
import type { ProtectEntry } from '../../workflows/model/stack';
import type { Engine } from '../../activities/ports/engine';
import type { Site } from '../../activities/ports/site';

/*
 * What an engine's own test gives to the contract: a real server (or folder) that can be filled, changed, read without
 * the engine, and killed.
 *
 * Terminology:
 * - source: what is dumped, by the name the engine knows it by (`Part.source`): a database, or a folder
 * - place: where something can be: a source, or a restore target's `into`
 */
export interface EngineBench {
  readonly engine: Engine;
  readonly site: Site;

  /** Names for sources: hostile ones are restored too. Each is seeded by the contract before it is used. */
  readonly names: {
    readonly plain: string;
    readonly other: string;
    readonly hostile: readonly string[];
  };
  /** The entry of `protect` that covers exactly this source. Also asked for sources that do not exist. */
  entry(source: string): ProtectEntry;
  /** The same with a password that the server refuses; absent when the engine has no passwords. */
  entryWithWrongPassword?(source: string): ProtectEntry;

  /**
   * Makes the source anew, whatever was there.
   * nothing: exists and is empty · some: every kind of content the engine knows, less than 1 MB · much: 32 MB or more,
   * so that a dump of it cannot hide in the pipes' buffers
   */
  seed(source: string, amount: 'nothing' | 'some' | 'much'): Promise<void>;
  /** Changes one value of a seeded source and leaves all counts as they are. */
  change(source: string): Promise<void>;
  /** Removes the place, whatever is left of it. Does nothing when it is gone. */
  remove(place: string): Promise<void>;
  /**
   * All content of a place in some canonical text, read without the engine: equal texts, equal contents. Undefined when
   * the place does not exist (a folder or database without content counts as existing).
   */
  read(place: string): Promise<string | undefined>;
  /** The same of what `swap` kept; undefined when nothing is kept. */
  readKept(target: RestoreTarget): Promise<string | undefined>;
  /** Whether there is anything beside `target.into`. */
  hasBeside(target: RestoreTarget): Promise<boolean>;

  /** Ways in which a source dies in mid-dump. */
  readonly deaths: readonly Death[];
  /** Each does by hand the first steps of `swap` and leaves the rest undone, as a killed worker does. */
  readonly halfSwaps: readonly HalfSwap[];

  /** Processes, sessions and files that the engine has left behind, one line each; empty when there are none. */
  leftovers(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface Death {
  /** `server killed`, `session terminated`, `folder removed`. */
  readonly title: string;
  /** Kinds of AdapterError that say what happened. */
  readonly accepted: readonly FailureType[];
  strike(source: string): Promise<void>;
  /** Makes the bench usable again; sources are seeded anew by the contract. */
  revive(): Promise<void>;
}

export interface HalfSwap {
  /** `the old one was renamed, the new one not yet`. */
  readonly title: string;
  perform(target: RestoreTarget): Promise<void>;
}
