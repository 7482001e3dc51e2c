import type { Readable } from 'node:stream';
import type {
  ListedPoint,
  Manifest,
  RecoveryPointSummary,
  UnreadablePoint,
} from '../../workflows/model/recovery-point';
import type { RepositoryDescription } from '../../workflows/model/stack';
import type { Attempt } from './attempt';
import type { ByteSource } from './byte-stream';
import type { Site } from './site';
import type { StreamLabel, StreamLocation, StreamReceipt } from './streams';
import type { Trees } from './trees';

export type { StreamLabel, StreamLocation, StreamReceipt };

export interface RepositoryProbe {
  readonly state: 'ready' | 'absent';
  /** restic's repository id; absent when there is none. */
  readonly id?: string;
  /** `restic 0.19.1`. */
  readonly program: string;
  /** Free bytes where a local repository lies; absent for a remote one. */
  readonly freeBytes?: number;
}

/**
 * One stack's repository. Every call takes the attempt: a backend that never answers must not outlive a cancellation. Calls
 * that come after a run has seen the repository (storing, finding and reading streams, storing manifests) wait for one that
 * is gone (ServiceUnavailable); the others say that there is none (PreconditionFailed).
 */
export interface Repository {
  /** Where it lies on this host; absent when it lies elsewhere. */
  readonly folder?: string;
  readonly trees: Trees;
  /** Throws: CredentialsRejected (wrong password) · ServiceUnavailable · VerificationFailed (damaged). */
  probe(attempt: Attempt): Promise<RepositoryProbe>;
  /**
   * One look at what the repository holds of a stack, which answers all questions about it. Opening a repository costs half a
   * second of CPU for its key, a list of snapshots next to nothing more.
   * Throws: PreconditionFailed (there is none) · CredentialsRejected · ServiceUnavailable
   */
  look(stack: string, attempt: Attempt): Promise<RepositoryLook>;
  /** As `look`, before a run: whether there is a repository, too. Clears away what a power cut left. */
  observe(stack: string, attempt: Attempt): Promise<RepositoryObservation>;
  /** Idempotent: a repository that opens with this password is left alone. */
  initialise(attempt: Attempt): Promise<void>;
  /**
   * Stores one stream as one snapshot, or nothing at all. Withheld end-of-file: restic's stdin is closed only after
   * `source.finish()` resolved and `beforeClose` (which makes the receipt durable) returned. So a snapshot without a
   * receipt is torn by definition and is never used. The source may still be beginning; one that fails to is a failure
   * of the call.
   * Retry: safe; look with `findStream` first.
   */
  storeStream(upload: Upload): Promise<StreamLocation & { readonly receipt: StreamReceipt }>;
  /** The snapshot that this receipt vouches for; undefined when it did not get as far as that. */
  findStream(
    label: StreamLabel,
    receipt: StreamReceipt,
    attempt: Attempt,
  ): Promise<StreamLocation | undefined>;
  /** Reads a stream back. `finish` rejects when restic failed: bytes seen so far prove nothing. */
  readStream(
    snapshotId: string,
    path: string,
    attempt: Attempt,
  ): Promise<{ readonly stream: Readable; finish(): Promise<void>; abort(): Promise<void> }>;
  /** Stores the manifest under its run; returns the recovery point. Retry: safe; look with `findManifest` first. */
  storeManifest(manifest: Manifest, attempt: Attempt): Promise<RecoveryPointSummary>;
  /** The recovery point that a run has stored; undefined when it did not get as far as that. */
  findManifest(
    of: Pick<Manifest, 'stack' | 'runKey'>,
    attempt: Attempt,
  ): Promise<RecoveryPointSummary | undefined>;
  /** Throws: PreconditionFailed (no such id) · VerificationFailed (no manifest, a damaged one, another pawl's). */
  readManifest(pointId: string, attempt: Attempt): Promise<Manifest>;
  /**
   * As `readManifest`, but of a point that was read lately it is what was read then: a manifest never changes under its id.
   * For what follows a look at the point, never for that look.
   */
  recallManifest(pointId: string, attempt: Attempt): Promise<Manifest>;
}

/** A stream that is to be stored. */
export interface Upload {
  /** May still be beginning: restic takes half a second to open its repository meanwhile. */
  readonly source: ByteSource | Promise<ByteSource>;
  readonly label: StreamLabel;
  readonly attempt: Attempt;
  /** Makes the receipt durable. */
  readonly beforeClose: (receipt: StreamReceipt) => Promise<void>;
}

/** What a repository holds of one stack, at the time of the look. */
export interface RepositoryLook {
  /** By the manifests' labels alone; a point whose labels cannot be read hides no other. */
  readonly found: FoundPoints;
  /** Bytes of the newest stream of each part, by the part's name: what its next one is likely to have. */
  readonly lastSizes: Readonly<Record<string, number>>;
  /** What is gone of these points of the stack, newest first, by their ids; a whole point is not in it. */
  findMissingParts(
    points: readonly RecoveryPointSummary[],
  ): Promise<ReadonlyMap<string, MissingParts>>;
  /** Where each part of a manifest lies now, in their order; undefined for what is no longer there. */
  locateParts(manifest: Manifest): Promise<readonly (StreamLocation | undefined)[]>;
}

export type RepositoryObservation = Pick<RepositoryProbe, 'state' | 'freeBytes'> &
  Partial<Pick<RepositoryLook, 'lastSizes'>>;

/** What was stored as recovery points. */
export interface FoundPoints {
  /** Newest first. */
  readonly points: readonly RecoveryPointSummary[];
  readonly unreadable: readonly UnreadablePoint[];
}

/** What of a recovery point is no longer in the repository. */
export interface MissingParts extends Pick<ListedPoint, 'missing' | 'missingParts'> {
  /** Why nothing is known of its parts: its manifest cannot be read. */
  readonly unreadable?: string;
}

/** Opens the repository of a stack; no effect by itself. */
export type OpenRepository = (site: Site, description: RepositoryDescription) => Repository;
