import type { PlanBase } from './plans';
import type { DrilledPart, GateResult } from './proof';
import type { Part, RecoveryPointSummary } from './recovery-point';
import type { ScratchKind } from './scratch';

export interface DrillOptions {
  /** Which of the points that are whole; or one by its id (a prefix will do). */
  readonly point: { readonly choice: 'newest' | 'oldest' | 'random' } | { readonly id: string };
  /** Parts (`entry` or `entry/database`) to prove; all when empty. */
  readonly only: readonly string[];
}

export interface DrillPlan extends PlanBase {
  readonly runbook: 'drill';
  readonly point: RecoveryPointSummary;
  /** In the order in which they are proved. */
  readonly parts: readonly DrillPlanPart[];
  readonly leftOut: readonly PartLeftOut[];
  /** One for each entry that has parts here. */
  readonly places: readonly DrillPlace[];
  readonly assertions: number;
}

export interface DrillPlanPart {
  readonly part: Part;
  readonly bytes: number;
  readonly rows: number;
}

export interface PartLeftOut {
  readonly name: string;
  readonly reason: string;
}

/** Where an entry's parts are restored. */
export interface DrillPlace {
  readonly entry: string;
  readonly kind: ScratchKind;
  /** In words. */
  readonly place: string;
  /** Of the server that was dumped: `PostgreSQL 15.18`. */
  readonly sourceVersion: string;
}

export interface DrillOutcome {
  readonly state: 'done';
  readonly runbook: 'drill';
  readonly run: string;
  /** A proof that has failed is what a drill is for: the run itself is done. */
  readonly proof: 'passed' | 'failed';
  readonly point: RecoveryPointSummary;
  readonly parts: readonly DrilledPart[];
  readonly results: readonly GateResult[];
  readonly leftOut: readonly PartLeftOut[];
  /** Between the point and the proof: what would have been lost then. */
  readonly ageSeconds: number;
  /** To bring all of it back, one part after the other. */
  readonly recoverySeconds: number;
}
