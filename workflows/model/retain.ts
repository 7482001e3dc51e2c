import type { Growth, JudgedPoint, Slice } from './retention';
import type { PlanBase } from './plans';
import type { RunReference } from './run';
import type { StackDescription } from './stack';

export interface RetainOptions {
  /** Reads every pack now, whatever was read lately. */
  readonly readAll: boolean;
}

export interface RetainPlan extends PlanBase {
  readonly runbook: 'retain';
  readonly repository: { readonly url: string; readonly id: string };
  /** Every point, newest first. */
  readonly points: readonly JudgedPoint[];
  /** Parts of failed runs that go too. */
  readonly strays: number;
  /** Whether anything may go at all: the stack file has a `keep`, and no damage is known. */
  readonly forgets: boolean;
  /** The packs that are read; absent where none is due. */
  readonly reads?: Slice;
  readonly growth?: Growth;
}

export interface RetainOutcome {
  readonly state: 'done';
  readonly runbook: 'retain';
  readonly run: string;
  readonly kept: number;
  readonly forgotten: readonly JudgedPoint[];
  /** Snapshots that went with them. */
  readonly snapshots: number;
  /** What restic removed, in its own words; absent where nothing was pruned. */
  readonly removed?: string;
  readonly read?: Slice;
  readonly notes: readonly string[];
}

/** One thing that is done to a repository, while nothing else of this kind is. */
export type RepositoryWork =
  | { readonly kind: 'forget'; readonly runKeys: readonly string[]; readonly now: string }
  | { readonly kind: 'prune' }
  | { readonly kind: 'check'; readonly slice?: Slice };

/** What the workflow of a repository is started with. */
export interface RepositoryInput {
  readonly stack: StackDescription;
  /** On whose behalf. */
  readonly run: RunReference;
  /** restic's own id of the repository. */
  readonly repositoryId: string;
  readonly work: RepositoryWork;
}
