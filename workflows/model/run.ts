import type { ApprovalState } from './approval';
import type { Part } from './recovery-point';
import type { HeldStep } from './hold';
import type { StackDescription } from './stack';

/** Of a request, as this version makes it and reads it. It grows when an older worker would take a request for another. */
export const REQUEST_FORMAT = 1;

/** What every request has beside its runbook and the options of that; see `RunRequest` of the catalogue. */
export interface RequestFrame {
  /** `REQUEST_FORMAT` of whoever made it; absent in those of versions before 0.2.0. */
  readonly format?: number;
  readonly stack: StackDescription;
  readonly requestedBy: string;
  readonly trigger: 'cli' | 'schedule';
  /** Why it starts though the calendar says no; such as a repair that cannot wait. */
  readonly despiteFreeze?: string;
  /** A step that failed permanently is held for a person, in place of undoing the run. Absent: as the stack file says. */
  readonly hold?: boolean;
  readonly pawlVersion: string;
}

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
  readonly runbook: string;
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
