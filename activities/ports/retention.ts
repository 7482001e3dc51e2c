import type { Growth, Slice } from '../../workflows/model/retention';
import type { RecoveryPointSummary } from '../../workflows/model/recovery-point';
import type { RepositoryDescription } from '../../workflows/model/stack';
import type { Attempt } from './attempt';
import type { Site } from './site';

/** A recovery point, and what is known of it in the repository. */
export interface SurveyedPoint extends RecoveryPointSummary {
  /** How many of its parts are gone. */
  readonly missing: number;
  /** Octets that the repository grew by when it was stored. */
  readonly storedBytes: number;
}

/** What a repository holds of a stack, and how it grows. */
export interface Survey {
  /** restic's own id: 64 hexadecimal digits, the same for whoever shares the repository. */
  readonly repositoryId: string;
  /** Newest first. */
  readonly points: readonly SurveyedPoint[];
  /** Manifests of the stack that cannot be read, and those that have lost their labels, whosesoever. */
  readonly unreadable: number;
  /** Snapshots of runs that have stored no manifest and are older than `straysBefore`; none where a manifest is unreadable. */
  readonly strays: number;
  /** Of all stacks in it; absent where there is too little to say it of. */
  readonly growth?: Growth;
}

export interface Forgotten {
  /** Recovery points that were still there. */
  readonly points: number;
  /** Theirs, and those of runs without one. */
  readonly snapshots: number;
}

export interface Pruned {
  /** What restic says that it removed, such as `2.861 MiB`. */
  readonly removed: string;
  /** The disk was too full for more than the removal of packs that nothing needs. */
  readonly diskWasFull: boolean;
}

/** What keeps a repository in order. One of these works on a repository at a time: the caller sees to that. */
export interface Upkeep {
  /**
   * Retry:  safe; reads only
   * Throws: PreconditionFailed (there is none) · CredentialsRejected · ServiceUnavailable
   */
  survey(stack: string, times: SurveyTimes, attempt: Attempt): Promise<Survey>;
  /** Octets that the stack takes in the repository, deduplicated and compressed. Reads only. */
  measure(stack: string, attempt: Attempt): Promise<number>;
  /**
   * Forgets the points of these runs: each point's manifest before any of its parts, so that one that is half forgotten is no
   * point. Then the snapshots of runs without a manifest that are older than `straysBefore`, where it is given.
   * Retry:  safe; what is gone already is passed over
   * Throws: ResourceBusy (a backup runs) · PreconditionFailed (the repository lets nothing be removed)
   */
  forget(
    stack: string,
    chosen: { readonly runKeys: readonly string[]; readonly straysBefore?: string },
    attempt: Attempt,
  ): Promise<Forgotten>;
  /**
   * Frees what no snapshot needs. Bounded, so that it ends within a night: what is left is for the next one.
   * Retry:  safe; what a killed one has stored and not used is removed by the next
   * Throws: ResourceBusy (a backup runs) · PreconditionFailed (the repository lets nothing be removed) · CommandFailed
   */
  prune(attempt: Attempt): Promise<Pruned>;
  /**
   * Looks whether all that snapshots need is there, and reads the packs of one slice. A backup may run beside it.
   * Retry:  safe; reads only
   * Throws: VerificationFailed (what is damaged, which points it touches, how it is repaired) · ServiceUnavailable
   */
  check(stack: string, slice: Slice | undefined, attempt: Attempt): Promise<void>;
}

export interface SurveyTimes {
  /** ISO 8601, UTC. */
  readonly now: string;
  readonly straysBefore: string;
}

/** Opens a stack's repository for its upkeep; no effect by itself. */
export type OpenUpkeep = (site: Site, description: RepositoryDescription) => Upkeep;
