import type { Slot, Strategy } from './deployment';
import type { EdgeChange } from './edge';
import type { LeaveOutChoice } from './left-out';
import type { Maintenance } from './maintenance';
import type { Part, RecoveryPointSummary } from './recovery-point';
import type { PinnedImage } from './release';
import type { RestoreTarget } from './restore-target';

/** One thing a run will do, before it is done. */
export interface PlannedStep {
  /** Stable within the plan; becomes the id of the activity, such as `back-up:accounts`. */
  readonly id: string;
  /** Imperative sentence for people. */
  readonly title: string;
  readonly expectedBytes?: number;
}

/** What every plan has; see `Plan` of the catalogue. */
export interface PlanBase {
  readonly runbook: string;
  readonly stack: string;
  /** SHA-256 of the canonical JSON of all but itself and estimates (`disk`, `expectedBytes` of steps), in hexadecimal: equal plans, equal hashes. */
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
  /** The copy that it is read from; the stack's own repository when absent. */
  readonly from?: string;
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
  /** What the names that were given to leave out mean in this part; absent where they mean nothing. */
  readonly leaveOut?: Pick<LeaveOutChoice, 'objects' | 'dependents' | 'moreDependents'>;
}

/** One service of a release, as it will be. */
export interface PlannedService {
  readonly service: string;
  readonly strategy: Strategy;
  /** Of one that is not built yet, `pinned` is the reference: what it will be, only its build tells. */
  readonly image: Omit<PinnedImage, 'id'>;
  /** The run builds it on the host before anything else. */
  readonly builds?: true;
  /** Id of the image that runs now. */
  readonly from?: string;
  /** The current release's image, where it is another one. */
  readonly was?: Omit<PinnedImage, 'id'>;
  readonly slot?: Slot;
  /** Which slot has the requests now; absent where no switch serves. */
  readonly active?: Slot;
  /** Has containers of an earlier release that serve no more; they are removed. */
  readonly clears?: Slot;
  /** Plain Compose runs it now: the switch takes its port over, with a short gap. */
  readonly adopts: boolean;
  /** The switch is made anew, of another image or with other ports: a gap of some seconds before the first share. */
  readonly renewsSwitch?: boolean;
  /** Services that share a namespace or volumes with one that is recreated: they are recreated with it. */
  readonly followers?: readonly string[];
  /** Traffic shares of the new slot, in per cent, the last is 100; empty for recreate. */
  readonly shares: readonly number[];
  /** Present where the containers are replaced one by one, each share by one more. `judged`: after each but the last. */
  readonly rolls?: { readonly judged: boolean };
}

export interface DeployPlan extends PlanBase {
  readonly runbook: 'deploy';
  /** The number that the release is expected to get. */
  readonly release: number;
  readonly replaces?: number;
  readonly services: readonly PlannedService[];
  /** What becomes of the edge, and of which image it will be; absent when it is left alone. */
  readonly edge?: { readonly change: EdgeChange; readonly image?: Omit<PinnedImage, 'id'> };
  readonly migrations: boolean;
  /** Present with `migrations`: what migrates, and the head that the current release has recorded. */
  readonly migrates?: {
    readonly service: string;
    readonly command: readonly string[];
    readonly from?: string;
  };
  /** What is different from the current release; absent where there is none that can be compared. */
  readonly changes?: PlannedChanges;
  /** All of it serves already: nothing would be different afterwards. Absent when something would. */
  readonly changesNothing?: true;
  readonly recoveryPoint: boolean;
  /** How many there are. */
  readonly gates: { readonly before: number; readonly after: number };
  /** Present when images are to be pulled. Changes from look to look, so the hash is not of it. */
  readonly disk?: DiskEstimate;
}

/** Of the released services, beside their images. */
export interface PlannedChanges {
  /** Of the Compose files, as `diff -u` has them, as YAML, without secrets. */
  readonly lines: readonly string[];
  /** Services that variables or env files make different, though neither their lines nor their images have changed. */
  readonly variables: readonly string[];
}

/** Room for images. */
export interface DiskEstimate {
  /** Octets; absent when a registry does not tell the size of an image. */
  readonly neededBytes?: number;
  /** Octets; absent when the worker does not see the engine's disk. */
  readonly freeBytes?: number;
}

export interface RollbackPlan extends PlanBase {
  readonly runbook: 'rollback';
  readonly release: number;
  readonly replaces: number;
  readonly services: readonly PlannedService[];
  /** The old slots are warm: it takes seconds. */
  readonly warm: boolean;
  readonly schema: SchemaPlan;
  /** With `schema.way` = `restore`: what is replaced, and kept for a while. */
  readonly restores?: {
    readonly point: RecoveryPointSummary;
    readonly parts: readonly Omit<RestorePlanPart, 'otherSessions'>[];
    readonly keepReplacedSeconds: number;
  };
}

/** What a rollback does with the schema. */
export interface SchemaPlan {
  /** Heads of the two releases, where they are known. */
  readonly now?: string;
  readonly then?: string;
  readonly way: 'same' | 'unknown' | 'keep' | 'down' | 'restore';
  /** With `restore`: the recovery point that has the data as they were. */
  readonly point?: string;
  /** With `restore`, ISO 8601, UTC: what was written from then on goes away. */
  readonly lostSince?: string;
}

export interface MaintenancePlan extends PlanBase {
  readonly runbook: 'maintenance';
  readonly turn: 'on' | 'off';
  readonly services: readonly {
    readonly service: string;
    /** Present with `on`. */
    readonly maintenance?: Maintenance;
  }[];
}

export interface ForgetPlan extends PlanBase {
  readonly runbook: 'forget';
  /** The number that the record of what plain Compose runs then is expected to get. */
  readonly release: number;
  readonly replaces: number;
  readonly services: readonly PlannedForget[];
  /** What the Compose files say otherwise than the current release, as `diff -u` has it, as YAML, without secrets. */
  readonly lines: readonly string[];
  /** Present where plain Compose runs all of it already, and nothing of pawl's is left. */
  readonly changesNothing?: true;
  /** Absolute folder on the host, where the releases stay. */
  readonly folder: string;
}

/** One service that is given back. */
export interface PlannedForget {
  readonly service: string;
  /** What has its place now; `compose`: plain Compose already, and nothing is started. */
  readonly from: 'switch' | 'release' | 'compose';
  readonly image: ForgottenImage;
  /** Published ports, such as `8000`. */
  readonly published: readonly string[];
  /** Which slot serves; with `switch`. */
  readonly active?: Slot;
  /** The release that serves, and whose file is the way back; absent with `compose`. */
  readonly release?: number;
  /** Its switch and its slots are removed. */
  readonly drops: boolean;
  /** Services that share a namespace or volumes with one that is recreated: they are recreated with it. */
  readonly followers?: readonly string[];
}

/** The image of what serves, as plain Compose gets it. */
export interface ForgottenImage {
  /** What the Compose file names. */
  readonly reference: string;
  /** The engine's id of what serves: `sha256:…`. */
  readonly id: string;
  /**
   * What the reference means on this host: `same`: what serves · `renamed`: it will, for the release was made of this
   * reference · `other`: another image, and the container is started from the id.
   */
  readonly named: 'same' | 'renamed' | 'other';
}
