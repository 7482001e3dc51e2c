import { WEEKDAYS, type FreezeWindow } from '../../model/freeze-window';

const DAY_MILLISECONDS = 86_400_000;
const DAY_MINUTES = 1440;

/**
 * The first window that a runbook must not start in at a moment.
 * Shape:  windows, runbook, moment → window, or nothing
 */
export function frozenBy(
  windows: readonly FreezeWindow[] | undefined,
  runbook: string,
  at: Date,
): FreezeWindow | undefined {
  return windows?.find((window) => window.runbooks.includes(runbook) && covers(window, at));
}

/** `the weekend (fri 16:00-24:00, Europe/Berlin)`. */
export function freezeWords({ days, hours, dates, zone, reason }: FreezeWindow): string {
  const when = [
    ...(dates === undefined ? [] : [`${dates.first}..${dates.last}`]),
    ...(days === undefined ? [] : [days.join(' ')]),
    ...(hours === undefined ? [] : [`${clock(hours.from)}-${clock(hours.to)}`]),
  ];
  return `${reason} (${when.join(' ')}, ${zone})`;
}

function covers(window: FreezeWindow, at: Date): boolean {
  const { day, minute } = localTime(at, window.zone);
  const { from, to } = window.hours ?? { from: 0, to: DAY_MINUTES };
  if (from < to) return minute >= from && minute < to && isOn(window, day);
  // Over midnight.
  return minute >= from
    ? isOn(window, day)
    : minute < to && isOn(window, new Date(day.getTime() - DAY_MILLISECONDS));
}

function isOn({ days, dates }: FreezeWindow, day: Date): boolean {
  const weekday = WEEKDAYS[day.getUTCDay()];
  const date = day.toISOString().slice(0, 10);
  return (
    (days === undefined || days.some((one) => one === weekday)) &&
    (dates === undefined || (dates.first <= date && date <= dates.last))
  );
}

/** `day` is the calendar's day there, as midnight in UTC. */
function localTime(at: Date, timeZone: string): { readonly day: Date; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric' },
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return {
    day: new Date(Date.UTC(part('year'), part('month') - 1, part('day'))),
    minute: part('hour') * 60 + part('minute'),
  };
}

function clock(minutes: number): string {
  const two = (amount: number) => String(amount).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
