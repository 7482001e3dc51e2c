import type { ProofSummary } from './proof';
import type { EngineKind } from './stack';

/**
 * One thing saved: a database, a server's globals, a directory. An entry of `protect` is one part, or, when it covers
 * a whole server, several, named `<entry>/<database>`.
 */
export interface Part {
  /** Unique in the stack: `<entry>` or `<entry>/<database>`. May hold any character a database name may. */
  readonly name: string;
  /** The entry of `protect` it came from. */
  readonly entry: string;
  readonly engine: EngineKind;
  /** `globals`: what belongs to a server and to none of its databases. */
  readonly kind: 'database' | 'globals' | 'directory';
  /** Database name or directory, as the engine knows it; empty for globals. */
  readonly source: string;
}

/** Count and digest of one table, collection or file tree, independent of the order of its rows. */
export interface ContentDigest {
  /** `schema.table` (quoted where needed), collection, or `.` for a file tree. */
  readonly name: string;
  /** Rows, documents or files. */
  readonly rows: number;
  /** Compare only where `method` is equal too. */
  readonly digest: string;
  /** How it was computed, such as `pg:sum(column_hashes)/15`. */
  readonly method: string;
}

/** What a source knew about its own content when it was dumped; taken at the dump's own snapshot. */
export interface PartFacts {
  /** `pg_dump custom`, `tar`, `sql`; `restic tree` of what is stored file by file. */
  readonly format: string;
  /** Version of the server or program the content came from. */
  readonly sourceVersion: string;
  readonly contents: readonly ContentDigest[];
  /** `snapshot` when all contents show one instant; otherwise the reason why they do not. */
  readonly consistency: string;
  /** What a reader of the manifest must know, in sentences. */
  readonly notes: readonly string[];
  /**
   * What belongs to the source and is not in its dump, in its engine's own shape: a PostgreSQL database's owner, rights,
   * settings, limit, comment, encoding, locale and tablespace. Absent for other engines, and in older manifests. May
   * hold an application's secrets, as a setting: never leaves the repository and the receipt.
   */
  readonly surroundings?: Json;
}

/** What is stored file by file, and not as one stream: its `sha256` is that of the whole tree, contents included. */
export const TREE_FORMAT = 'restic tree';

export function isTree({ format }: Pick<PartFacts, 'format'>): boolean {
  return format === TREE_FORMAT;
}

export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A part that is in the repository, whole. */
export interface StoredPart {
  readonly part: Part;
  readonly snapshotId: string;
  /** Name of the one file in that snapshot; `/` of a tree, which is all of it. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly facts: PartFacts;
}

/** Stored last, as the only proof that the recovery point exists. */
export interface Manifest {
  readonly schema: 'pawl/manifest@1';
  readonly stack: string;
  /** `melvin/42`. */
  readonly run: string;
  /** Unique for ever, even when Temporal's state is lost and run numbers start again. */
  readonly runKey: string;
  /** ISO 8601, UTC: when the run began to dump. */
  readonly takenAt: string;
  readonly host: string;
  readonly requestedBy: string;
  readonly pawlVersion: string;
  /** Entries of `protect` of which something is held, in the stack file's order. */
  readonly entries: readonly string[];
  /** Whether an operator chose some entries only. What an engine had to skip does not make it partial. */
  readonly partial: boolean;
  readonly parts: readonly StoredPart[];
  /** The host's audit record of this stack before this run: its lines as they stand, without the last line break. */
  readonly audit?: string;
  /** The releases that the host had before this run, newest first; absent where there was none. */
  readonly releases?: readonly KeptRelease[];
  /** Number of the one that served. */
  readonly currentRelease?: number;
}

/** A release as it lies in a host's state directory. */
export interface KeptRelease {
  readonly number: number;
  /** Text of its `release.json`. */
  readonly release: string;
  /** Text of its `compose.yaml`. */
  readonly model: string;
}

/**
 * The most parts that one recovery point may have: a run that restores them all holds each in its history. A backup of more
 * is refused, since it could not be restored.
 */
export const MOST_PARTS = 5000;

/** What a list shows of a recovery point. */
export interface RecoveryPointSummary {
  /** Short restic id of the manifest's snapshot: what the operator types. */
  readonly id: string;
  /** By which it was known before restic wrote its snapshot anew (`tag`, `rewrite`), or copied it. */
  readonly otherIds?: readonly string[];
  readonly stack: string;
  /** `melvin/42`, and its key, unique for ever. */
  readonly run: string;
  readonly runKey: string;
  readonly takenAt: string;
  readonly parts: number;
  readonly bytes: number;
  /** As in the manifest. */
  readonly entries: readonly string[];
  readonly partial: boolean;
}

/** A recovery point, and what of it is no longer in the repository. */
export interface ListedPoint extends RecoveryPointSummary {
  /** How many of its parts are gone; 0 for a whole one. */
  readonly missing: number;
  /** The first of them by name; fewer than `missing` where their names were not looked up. */
  readonly missingParts: readonly string[];
  /** The newest proof of it, also one that has failed; absent where it was never drilled. */
  readonly proof?: ProofSummary;
}

/** What was stored as a recovery point and cannot be taken for one. */
export interface UnreadablePoint {
  /** Short id of its snapshot. */
  readonly id: string;
  /** ISO 8601, UTC; absent where the snapshot does not say it. */
  readonly takenAt?: string;
  /** Such as `its tag "bytes" is no number`. */
  readonly reason: string;
}

/** What was found of one part of a recovery point. */
export interface VerifiedPart {
  readonly name: string;
  /** `present`: it is there and was not read. `proved`: it was read, and is what its manifest promises. */
  readonly state: 'present' | 'proved' | 'missing' | 'damaged';
  /** What is wrong with one that is damaged. */
  readonly detail?: string;
}

/** What `pawl points verify` shows. */
export interface PointVerification {
  readonly point: RecoveryPointSummary;
  readonly parts: readonly VerifiedPart[];
}

/** One file, folder or link of what is stored file by file. */
export interface StoredNode {
  /** Relative to the part's folder; what of it is no UTF-8 is replaced. */
  readonly path: string;
  /** `file`, `dir`, `symlink`, as restic has it. */
  readonly kind: string;
  readonly bytes: number;
  /** ISO 8601. */
  readonly modifiedAt: string;
}

/** What `pawl points ls` shows. */
export interface StoredListing {
  readonly point: RecoveryPointSummary;
  readonly parts: readonly PartSummary[];
  /** What is in a folder of the one part that was named; absent where none was. */
  readonly nodes?: readonly StoredNode[];
  /** How many there are besides. */
  readonly more?: number;
}

/** What `pawl points` shows. */
export interface PointList {
  readonly points: readonly ListedPoint[];
  readonly unreadable: readonly UnreadablePoint[];
}

export function summariseManifest(id: string, manifest: Manifest): RecoveryPointSummary {
  const { stack, run, runKey, takenAt, entries, partial, parts } = manifest;
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  return { id, stack, run, runKey, takenAt, parts: parts.length, bytes, entries, partial };
}

/** A manifest without its contents: small enough for Temporal's history. */
export interface ManifestSummary {
  readonly point: RecoveryPointSummary;
  readonly host: string;
  readonly parts: readonly PartSummary[];
}

/** A part of a manifest without its contents: small enough for Temporal's history. */
export interface PartSummary {
  readonly part: Part;
  readonly snapshotId: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly format: string;
  readonly sourceVersion: string;
  readonly consistency: string;
  /** Tables, collections or file trees with a digest. */
  readonly contents: number;
  readonly rows: number;
  readonly notes: readonly string[];
  /** It is no longer in the repository, neither itself nor a copy of it. */
  readonly missing?: true;
}

/** Those in Temporal's history; the manifest has them all. */
const NOTES_IN_SUMMARY = 10;

/** The first notes, and how many more there are. */
export function firstNotes(notes: readonly string[], most: number): readonly string[] {
  if (notes.length <= most) return notes;
  return [...notes.slice(0, most), `and ${notes.length - most} more notes`];
}

export function summarisePart(stored: StoredPart): PartSummary {
  const { part, snapshotId, path, bytes, sha256, facts } = stored;
  return {
    part,
    snapshotId,
    path,
    bytes,
    sha256,
    format: facts.format,
    sourceVersion: facts.sourceVersion,
    consistency: facts.consistency,
    contents: facts.contents.length,
    rows: facts.contents.reduce((sum, content) => sum + content.rows, 0),
    notes: firstNotes(facts.notes, NOTES_IN_SUMMARY),
  };
}
