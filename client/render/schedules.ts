import type { AppliedSchedule } from '../../workflows/model/schedule';
import type { LastStart, ScheduleState } from '../temporal/schedules';
import { formatAge, formatDuration, formatFullTime, printable, withLocalTimes } from './format';
import { renderTable } from './table';

/** Times of `pawl schedule next`. */
export const NEXT_SHOWN = 3;

/** A sentence about what was done. */
export function appliedWords({ runbook, change, paused }: AppliedSchedule): string {
  const still = paused ? ', and is paused: `pawl schedule resume` ends that' : '';
  return `The schedule of ${runbook} ${CHANGES[change]}${still}.`;
}

const CHANGES: Readonly<Record<AppliedSchedule['change'], string>> = {
  created: 'was made',
  changed: 'was changed to what the stack file says',
  unchanged: 'is what the stack file says',
  removed: 'was removed: the stack file has it no longer',
};

/** Pure: `now` is in milliseconds since 1970. */
export function renderSchedules(
  schedules: readonly ScheduleState[],
  now: number,
  width = Infinity,
): string {
  const rows = schedules.map((one) => [one.runbook, nextWords(one), lastWords(one.last, now)]);
  return [
    renderTable(['runbook', 'next', 'last'], rows, width),
    ...schedules.flatMap(remarksOf),
  ].join('\n');
}

/** Of each, the next starts in local time and in UTC. */
export function renderNext(schedules: readonly ScheduleState[], width = Infinity): string {
  const rows = schedules.flatMap((one) => {
    if (one.paused) return [[one.runbook, nextWords(one), '']];
    return one.next
      .slice(0, NEXT_SHOWN)
      .map((time) => [one.runbook, formatFullTime(time), utc(time)]);
  });
  return renderTable(['runbook', 'local', 'UTC'], rows, width);
}

/** `2026-12-02 03:15:00`, or that it is paused. */
export function nextWords({ paused, note, next }: ScheduleState): string {
  if (paused) return note === undefined ? 'paused' : `paused: ${printable(note)}`;
  const [first] = next;
  return first === undefined ? 'never' : formatFullTime(first);
}

/** `done 5 h ago (melvin/41)` */
export function lastWords(last: LastStart | undefined, now: number): string {
  if (last === undefined) return 'none yet';
  const { outcome, startedAt, run, lateSeconds } = last;
  const name = run === undefined ? '' : ` (${run})`;
  const late = lateSeconds === undefined ? '' : `, ${formatDuration(lateSeconds)} late`;
  return `${outcome} ${formatAge(startedAt, now)}${late}${name}`;
}

function remarksOf({ runbook, last, missed }: ScheduleState): string[] {
  const lost = missed === 0 ? [] : [`${missed} starts were missed and not made up for`];
  return [...(last?.remarks ?? []), ...lost].map(
    (text) => `  ${runbook}: ${withLocalTimes(printable(text))}`,
  );
}

function utc(iso: string): string {
  return iso.replace('T', ' ').replace(/\.\d+Z$/, '');
}
