import type { ApprovalState } from './approval';
import type { Part } from './recovery-point';
import type { HeldStep } from './hold';
import type { RunbookName } from './runbook-name';
import type { StackDescription } from './stack';

export type { RunbookName } from './runbook-name';

/**
 * Exclusive runs have the stack to themselves; shared ones run beside each other. Those `beside` all others neither wait
 * for them nor hold them up, also while the stack is frozen; among themselves they go one by one, as they came.
 */
export const ADMISSION: Readonly<Record<RunbookName, 'exclusive' | 'shared' | 'beside'>> = {
  backup: 'shared',
  restore: 'exclusive',
  deploy: 'exclusive',
  rollback: 'exclusive',
  forget: 'exclusive',
  maintenance: 'beside',
};

export interface BackupOptions {
  /** Entries of `protect` to save; all when empty. */
  readonly only: readonly string[];
  /** Create the repository when it is absent, whatever the stack file says. */
  readonly initialise: boolean;
}

export interface RestoreOptions {
  /** `newest`, an id (a prefix will do), or the newest one not after a time (ISO 8601). */
  readonly point: { readonly newest: true } | { readonly id: string } | { readonly at: string };
  /** Parts (`entry` or `entry/database`) to restore; all when empty. */
  readonly only: readonly string[];
  /** Another database or directory, for exactly one part. */
  readonly into?: string;
  /**
   * The stack's name, typed by the operator. Required where something is replaced, and where a part goes to the stack's
   * own place; only what goes `into` a free name or folder does without it.
   */
  readonly confirmation?: string;
  /** Names of objects that are not restored, of chosen parts that are PostgreSQL databases; none when absent. */
  readonly leaveOut?: readonly string[];
}

export interface DeployOptions {
  /** Images to release in place of the Compose file's, by service. */
  readonly images: Readonly<Record<string, string>>;
  /** Builds on the host what the Compose file has a `build` for; absent: nothing is built. */
  readonly build?: BuildOptions;
  /** Hash of the plan that was shown; another plan is refused. */
  readonly planHash?: string;
}

export interface BuildOptions {
  /** Whether what was built goes to its registry, and is released from there. */
  readonly push: boolean;
}

export interface RollbackOptions {
  /** Release to go back to; the one that the current one replaced when absent. */
  readonly to?: number;
  /**
   * What to do with a schema that has moved on: leave it as it is, take it down by `migrations.down`, or bring all data
   * back as they were before. Absent: one that has moved on is refused, with the ways there are.
   */
  readonly schema?: 'keep' | 'down' | 'restore';
  /** With `schema` = `restore`: as of a restore. */
  readonly leaveOut?: readonly string[];
  /** The stack's name, typed by the operator. Required where data are replaced. */
  readonly confirmation?: string;
  /** Hash of the plan that was shown; another plan is refused. */
  readonly planHash?: string;
}

export interface ForgetOptions {
  /** Hash of the plan that was shown; another plan is refused. */
  readonly planHash?: string;
}

export interface MaintenanceOptions {
  readonly turn: 'on' | 'off';
  /** Services of `deploy` that have a switch; all when empty. */
  readonly only: readonly string[];
  /** What the page says. Present with `on`. */
  readonly message?: string;
}

export type RunbookRequest =
  | { readonly runbook: 'backup'; readonly options: BackupOptions }
  | { readonly runbook: 'restore'; readonly options: RestoreOptions }
  | { readonly runbook: 'deploy'; readonly options: DeployOptions }
  | { readonly runbook: 'rollback'; readonly options: RollbackOptions }
  | { readonly runbook: 'forget'; readonly options: ForgetOptions }
  | { readonly runbook: 'maintenance'; readonly options: MaintenanceOptions };

/** What a client (or a schedule) submits. */
export type RunRequest = RunbookRequest & {
  readonly stack: StackDescription;
  readonly requestedBy: string;
  readonly trigger: 'cli' | 'schedule';
  /** Why it starts though the calendar says no; such as a repair that cannot wait. */
  readonly despiteFreeze?: string;
  /** A step that has failed for good is held for a person, in place of undoing the run. Absent: as the stack file says. */
  readonly hold?: boolean;
  readonly pawlVersion: string;
};

/** What a runbook's workflow is started with. */
export interface RunInput<Request extends RunRequest = RunRequest> {
  readonly request: Request;
  /** `apply` has a number; a `plan` touches nothing, needs no admission and so has none. */
  readonly mode: 'plan' | 'apply';
  /** 0 in mode `plan`. */
  readonly number: number;
}

export type BackupInput = RunInput<Extract<RunRequest, { runbook: 'backup' }>>;
export type RestoreInput = RunInput<Extract<RunRequest, { runbook: 'restore' }>>;
export type DeployInput = RunInput<Extract<RunRequest, { runbook: 'deploy' }>>;
export type RollbackInput = RunInput<Extract<RunRequest, { runbook: 'rollback' }>>;
export type ForgetInput = RunInput<Extract<RunRequest, { runbook: 'forget' }>>;
export type MaintenanceInput = RunInput<Extract<RunRequest, { runbook: 'maintenance' }>>;

/** Memo of a run's workflow: the request it came from. Its number alone may have been another's before. */
export type RunMemo = {
  /** The submitter's idempotency key. */
  readonly requestId: string;
  /** ISO 8601, UTC: when it was submitted; it may have waited since. */
  readonly requestedAt: string;
};

/** Names a run to an activity. */
export interface RunReference {
  /** `melvin/42`. */
  readonly id: string;
  readonly number: number;
  /** Unique for ever: Temporal's id of the run's first execution. Tags what the run makes. */
  readonly key: string;
}

/** One line of a run's page: what was planned, and how far it is. */
export interface StepProgress {
  /** Unique and stable within the run; also the id of its activity in Temporal, such as `back-up:accounts`. See `stepId`. */
  readonly id: string;
  readonly title: string;
  readonly state: 'waiting' | 'running' | 'done' | 'skipped' | 'failed' | 'undone';
  /** What it did, or why it was skipped or failed, in one sentence. */
  readonly detail?: string;
  readonly part?: Part;
  readonly expectedBytes?: number;
  readonly bytes?: number;
  /** ISO 8601, UTC. */
  readonly startedAt?: string;
  readonly endedAt?: string;
}

/** Answer of a run's `progress` query. */
export interface RunProgress {
  readonly run: string;
  readonly runbook: RunbookName;
  readonly stack: string;
  readonly phase:
    'observe' | 'plan' | 'approve' | 'apply' | 'verify' | 'hold' | 'undo' | 'record' | 'ended';
  readonly planHash?: string;
  /** Of a run that needs one, from phase `approve` on. */
  readonly approval?: ApprovalState;
  /** In phase `hold`: steps that have failed, and wait for a person. */
  readonly held?: readonly HeldStep[];
  /** Of a run that has ended: what state things are in. */
  readonly stateNow?: string;
  /** In the order of time. Of very many the most telling ones: what failed, what runs, what ended last, what comes next. */
  readonly steps: readonly StepProgress[];
  /** How many steps are left out; absent when none is. */
  readonly omittedSteps?: number;
}

/** Heartbeat of an activity that moves bytes; the client draws it. */
export interface TransferProgress {
  readonly phase: string;
  readonly bytesDone: number;
  readonly bytesExpected?: number;
}
