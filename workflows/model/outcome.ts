import type { Slot, Strategy } from './deployment';
import type { LeftOut } from './left-out';
import type { RecoveryPointSummary } from './recovery-point';
import type { ForgetPlan, ForgottenImage, MaintenancePlan, PlanBase } from './plans';

/** Mode `plan`: nothing was touched. */
export interface PlannedOutcome<Plan extends PlanBase = PlanBase> {
  readonly state: 'planned';
  readonly runbook: string;
  readonly plan: Plan;
}

export interface BackupOutcome {
  readonly state: 'done';
  readonly runbook: 'backup';
  readonly run: string;
  readonly point: RecoveryPointSummary;
  readonly parts: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly rows: number;
    readonly snapshotId: string;
    readonly sha256: string;
    readonly notes: readonly string[];
  }[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

export interface RestoreOutcome {
  readonly state: 'done';
  readonly runbook: 'restore';
  readonly run: string;
  readonly point: RecoveryPointSummary;
  readonly parts: readonly {
    readonly name: string;
    readonly into: string;
    /** What the replaced content is called now; absent when there was none. */
    readonly keptAs?: string;
    readonly bytes: number;
    readonly rows: number;
    /** Tables, collections or trees whose counts and digests equal the manifest's. */
    readonly proved: number;
    /** What it could not have as it was, in sentences: a right of a role that its server has not. */
    readonly notes: readonly string[];
    /** What it goes without, since the operator said so; absent where that is nothing. */
    readonly leftOut?: readonly LeftOut[];
  }[];
  /** ISO 8601: when what was kept is dropped by itself; `pawl restore confirm RUN` drops it now. */
  readonly keptUntil?: string;
}

/** Of a deploy and of a rollback: what serves now, and how it came to. */
export interface ReleasedOutcome {
  readonly state: 'done';
  readonly runbook: 'deploy' | 'rollback';
  readonly run: string;
  readonly release: number;
  readonly replaced?: number;
  /** Why no rollback can go back to what it replaced: that has no slots, or its schema was taken down. */
  readonly noWayBack?: 'plain-compose' | 'schema-taken-down';
  readonly services: readonly {
    readonly service: string;
    readonly strategy: Strategy;
    /** Pinned. */
    readonly image: string;
    readonly slot?: Slot;
  }[];
  /** One for each step of each canary, in the order they were taken. */
  readonly canary: readonly CanaryStep[];
  /** ISO 8601: until when the old slots still run, for a rollback in seconds. */
  readonly warmUntil?: string;
  readonly schemaHead?: string;
  /** Id of the recovery point that was saved first. */
  readonly recoveryPoint?: string;
  /** ISO 8601, UTC: so long the data that a restore has replaced are kept. */
  readonly keptUntil?: string;
  /** How long nothing answered on the port; absent when there was no gap. */
  readonly gapSeconds?: number;
  readonly notes: readonly string[];
}

/** One share of the traffic that a new slot had, and what it made of it. */
export interface CanaryStep {
  readonly service: string;
  /** In per cent. */
  readonly share: number;
  /** `probes-only`: no user has asked the new slot, and pawl's own probes were answered. */
  readonly verdict: 'passed' | 'not-enough-traffic' | 'probes-only' | 'skipped';
  /** Of users, as the switch counts them. */
  readonly newResponses: number;
  readonly newErrors: number;
  /** Pawl's own questions to the new slot. Absent where it was not judged. */
  readonly probes?: { readonly sent: number; readonly failed: number };
  /** In one sentence. */
  readonly detail: string;
}

/** Plain Compose runs what pawl ran. */
export interface ForgetOutcome extends Pick<ForgetPlan, 'folder'> {
  readonly state: 'done';
  readonly runbook: 'forget';
  readonly run: string;
  /** The record of what plain Compose runs now. */
  readonly release: number;
  readonly replaced: number;
  readonly services: readonly {
    readonly service: string;
    readonly image: ForgottenImage;
    /** Longest time without an answer, from the stop of what served until it was ready; absent where nothing was started. */
    readonly gapSeconds?: number;
  }[];
}

export interface MaintenanceOutcome {
  readonly state: 'done';
  readonly runbook: 'maintenance';
  readonly run: string;
  readonly turn: 'on' | 'off';
  /** As planned. Where the switch runs, each is so now; where not, when it starts. */
  readonly services: readonly (MaintenancePlan['services'][number] & {
    readonly switchRuns: boolean;
  })[];
}
