import type { ScheduledInput, ScheduleEntry } from '../model/schedule';

/** A schedule as it is in Temporal. */
export interface SeenSchedule {
  /** What its workflow is started with; absent where this installation has not sealed it. */
  readonly input?: ScheduledInput;
}

/** What must be done, so that there is a schedule of the entry and no other. */
export type ScheduleChange = 'create' | 'change' | 'remove' | 'none';

/**
 * Compares what the stack file says of one runbook with its schedule. Pauses and notes are an operator's, and not compared.
 * Shape:  what the schedule should start with (absent: no entry), what there is → what to do
 */
export function planSchedule(
  wanted: ScheduledInput | undefined,
  seen: SeenSchedule | undefined,
): ScheduleChange {
  if (wanted === undefined) return seen === undefined ? 'none' : 'remove';
  if (seen === undefined) return 'create';
  const { input } = seen;
  const isSame =
    input?.stack === wanted.stack &&
    input.host === wanted.host &&
    input.runbook === wanted.runbook &&
    input.entryHash === wanted.entryHash;
  return isSame ? 'none' : 'change';
}

/** The entry of a runbook; undefined when it does not start by itself. */
export function entryOf(
  schedule: readonly ScheduleEntry[] | undefined,
  runbook: string,
): ScheduleEntry | undefined {
  return schedule?.find((entry) => entry.runbook === runbook);
}
