/** A runbook that starts by itself, as the stack file has it. */
export interface ScheduleEntry {
  readonly runbook: string;
  readonly when: ScheduleTimes;
  /** A start is put off by a part of this, chosen at random. */
  readonly jitterSeconds: number;
  /** Of a backup: entries of `protect`; all when absent. */
  readonly only?: readonly string[];
  /** Of a drill: which recovery point; the newest when absent. */
  readonly point?: 'newest' | 'oldest' | 'random';
}

export type ScheduleTimes =
  /** Five fields; by the clock of the zone. */
  | { readonly cron: string; readonly zone: string }
  /** Counted from 1970, so that it starts at the same times wherever it is applied. */
  | { readonly everySeconds: number };

/** Where the stack file is that a scheduled run reads on its host. */
export interface StackSource {
  /** Absolute. */
  readonly file: string;
  /** `-e`: the overlay beside it. */
  readonly environment?: string;
}

/** What a schedule starts its workflow with. Sealed once, and used each time. */
export interface ScheduledInput {
  readonly stack: string;
  readonly host: string;
  readonly runbook: string;
  /** Of the entry that it was made from: another one is a schedule to be changed. */
  readonly entryHash: string;
}

/** What became of a time at which a runbook was due. */
export interface ScheduledOutcome {
  /** `covered`: a later run had saved what this one would; `gone`: the stack file no longer has the entry. */
  readonly state: 'ran' | 'covered' | 'gone';
  /** `melvin/42` */
  readonly run?: string;
  /** How that run ended. */
  readonly outcome?: string;
  /** ISO 8601, UTC: when it was due. */
  readonly dueAt: string;
  /** By how much it started late; absent within a minute. */
  readonly lateSeconds?: number;
  readonly remarks: readonly string[];
}

/** What was done about one schedule. */
export interface AppliedSchedule {
  readonly runbook: string;
  readonly change: 'created' | 'changed' | 'unchanged' | 'removed';
  /** By an operator: it stays so. */
  readonly paused: boolean;
}

export function scheduleId(stack: string, runbook: string): string {
  return `schedule/${stack}/${runbook}`;
}

/** Temporal starts each of its workflows under this id and the time at which it was due: `schedule/melvin/backup-2026-…Z`. */
export function isStartedBy(schedule: string, workflowId: string): boolean {
  return workflowId.startsWith(`${schedule}-`);
}
