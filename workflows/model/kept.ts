import type { RestorePlanPart } from './plans';
import type { RunReference } from './run';
import type { StackDescription } from './stack';

/** One thing that a restore replaced, and what became of it. */
export interface KeptPart {
  /** Of the part that was restored in its place. */
  readonly name: string;
  /** The database or folder that was replaced. */
  readonly into: string;
  /** What the replaced content is called now. */
  readonly keptAs: string;
  /** `failed`: it could not be dropped, and is tried again after a day or at the next `confirm`. */
  readonly state: 'kept' | 'dropping' | 'dropped' | 'failed';
  /** Why it could not be dropped, or not yet, in one sentence. */
  readonly reason?: string;
}

/** Answer of a keeper's `keptState` query and of its `confirm` update. */
export interface KeptState {
  /** The restore, such as `melvin/42`. */
  readonly run: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** ISO 8601, UTC: when it is dropped by itself. */
  readonly until: string;
  /** Who said that it may be dropped before its time. */
  readonly confirmedBy?: string;
  readonly parts: readonly KeptPart[];
}

/** What the keeper of a restore is started with. */
export interface KeptInput {
  readonly stack: StackDescription;
  readonly run: RunReference;
  readonly parts: readonly RestorePlanPart[];
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly until: string;
  /** Present when this execution continues an earlier one, in the order of `parts`. */
  readonly carried?: KeptState;
}

/** Id of the activity that drops it: what Temporal knows of its attempts is found by this. */
export function dropStepId(part: string): string {
  return `drop:${part}`;
}
