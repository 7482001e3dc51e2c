import type { RecoveryPointSummary } from './recovery-point';

/** A recovery point, with what decides whether it may go. */
export interface PointFacts extends Pick<
  RecoveryPointSummary,
  'id' | 'run' | 'runKey' | 'takenAt' | 'entries' | 'partial'
> {
  /** How many of its parts are gone. */
  readonly missing: number;
  /** Octets that the repository grew by when it was stored. */
  readonly storedBytes: number;
  /** ISO 8601, UTC: when a drill has proved it last; absent where none has. */
  readonly provedAt?: string;
  /** Something reads it now. */
  readonly inUse: boolean;
  /** Number of a kept release whose data it has. */
  readonly neededByRelease?: number;
  /** It should lie in other repositories too, and does in none. */
  readonly isOnlyCopy: boolean;
}

/** What becomes of a point, and why. */
export interface JudgedPoint extends Pick<PointFacts, 'id' | 'run' | 'runKey' | 'takenAt'> {
  readonly kept: boolean;
  /** `newest`, `daily 3 of 7`, `last proved`, …; of one that goes, why nothing keeps it. */
  readonly reasons: readonly string[];
}

/** How much comes in, and how long there is room for it. */
export interface Growth {
  /** Octets that points have added to the repository, a day. */
  readonly bytesPerDay: number;
  /** Of how many days this is the mean. */
  readonly overDays: number;
  /** Octets free where the repository lies; absent of one that lies elsewhere. */
  readonly freeBytes?: number;
}

/**
 * Of the packs of a repository, one slice in `of` (restic: `--read-data-subset`); absent where nothing is due.
 * `1` in `1` is all of them.
 */
export interface Slice {
  readonly slice: number;
  readonly of: number;
}

/** When the packs of a repository were last read: one entry a slice, ISO 8601, UTC; null for one never read. */
export type Readings = readonly (string | null)[];

/** Damage that the last check has found. */
export interface KnownDamage {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** What was read then; absent where no pack was. */
  readonly slice?: Slice;
}

/** What a host knows of a repository from its own checks. */
export interface CheckRecord {
  readonly readings: Readings;
  /** Until a check of the same packs finds none. */
  readonly damage?: KnownDamage;
}

/** What is known before points are judged. */
export interface ObservedRetention extends CheckRecord {
  /** restic's own id of the repository: whoever shares it sees the same one. */
  readonly repositoryId: string;
  /** Newest first. */
  readonly points: readonly PointFacts[];
  /** Older points that a run cannot hold; they are left alone. */
  readonly notSeen: number;
  /** Points whose labels or manifest cannot be read; they are left alone. */
  readonly unreadable: number;
  /** Parts that no recovery point names, of runs that are over. */
  readonly strays: number;
  /** Octets that the stack takes in the repository; only where `maxBytes` asks for it. */
  readonly heldBytes?: number;
  /** Absent where points have come for less than two days. */
  readonly growth?: Growth;
}
