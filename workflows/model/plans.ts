import type { Part, RecoveryPointSummary } from './recovery-point';
import type { RestoreTarget } from './restore-target';
import type { RunbookName } from './run';

/** One thing a run will do, before it is done. */
export interface PlannedStep {
  /** Stable within the plan; becomes the id of the activity, such as `back-up:accounts`. */
  readonly id: string;
  /** Imperative sentence for people. */
  readonly title: string;
  readonly expectedBytes?: number;
}

interface PlanBase {
  readonly stack: string;
  /** SHA-256 of the canonical JSON of all but itself, in hexadecimal: equal plans, equal hashes. */
  readonly hash: string;
  readonly steps: readonly PlannedStep[];
  /** What a person should know before saying yes, in sentences. */
  readonly notes: readonly string[];
}

export interface BackupPlan extends PlanBase {
  readonly runbook: 'backup';
  readonly repository: { readonly url: string; readonly create: boolean };
  readonly parts: readonly {
    readonly part: Part;
    readonly expectedBytes: number;
    readonly version: string;
  }[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly expectedBytes: number;
}

export interface RestorePlan extends PlanBase {
  readonly runbook: 'restore';
  readonly point: RecoveryPointSummary;
  readonly parts: readonly RestorePlanPart[];
  readonly keepReplacedSeconds: number;
}

export interface RestorePlanPart {
  readonly part: Part;
  readonly target: RestoreTarget;
  readonly bytes: number;
  readonly rows: number;
  /** Present when `into` holds something now: what that will be called. */
  readonly keepAs?: string;
  readonly otherSessions: number;
}

export type PlanOf<Name extends RunbookName> = Extract<BackupPlan | RestorePlan, { runbook: Name }>;
