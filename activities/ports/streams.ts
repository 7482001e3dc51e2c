import type { Part, PartFacts } from '../../workflows/model/recovery-point';

/** What a stream was, known at its end. */
export interface StreamReceipt {
  /** Random; the snapshot bears it too. It tells the receipt's own snapshot from a torn one of an earlier attempt. */
  readonly uploadId: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly facts: PartFacts;
}

/** Where a stream lies in the repository. */
export interface StreamLocation {
  readonly snapshotId: string;
  /** Path of the one file in that snapshot, as restic takes it: hostile part names are encoded by the repository. */
  readonly path: string;
}

/** Names a part's stream in the repository. */
export interface StreamLabel {
  readonly stack: string;
  readonly runKey: string;
  readonly run: string;
  readonly part: Part;
  /** The recovery point's time, ISO 8601: the snapshot's time too. */
  readonly takenAt: string;
}
