/** The periods of a time zone that a moment lies in, each by a name of its own. */
export interface Calendar {
  hour(at: string): string;
  day(at: string): string;
  week(at: string): string;
  month(at: string): string;
  year(at: string): string;
}

const DAY_MILLISECONDS = 86_400_000;

/**
 * The calendar that people in a zone have on the wall: a day is from midnight to midnight there, whether it has 23, 24 or 25
 * hours; an hour that comes twice when clocks go back is two; a week begins on Monday (ISO 8601).
 * Shape:  IANA's name of the zone → names of periods, equal for moments of the same one
 */
export function calendarOf(zone: string): Calendar {
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  const known = new Map<string, Date>();
  /** What the clock on the wall says, as if it were UTC. */
  const wall = (at: string): Date => {
    const recalled = known.get(at);
    if (recalled !== undefined) return recalled;
    const parts = format.formatToParts(new Date(at));
    const values = new Map(parts.map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => values.get(type) ?? 0;
    const [year, month, day] = [part('year'), part('month') - 1, part('day')];
    const clock = Date.UTC(year, month, day, part('hour'), part('minute'), part('second'));
    known.set(at, new Date(clock));
    return new Date(clock);
  };
  const text = (at: string, length: number): string => wall(at).toISOString().slice(0, length);
  return {
    hour: (at) => {
      const seconds = Math.floor(Date.parse(at) / 1000) * 1000;
      return `${text(at, 13)} ${(wall(at).getTime() - seconds) / 60_000}`;
    },
    day: (at) => text(at, 10),
    week: (at) => {
      const day = wall(at);
      const sinceMonday = (day.getUTCDay() + 6) % 7;
      return new Date(day.getTime() - sinceMonday * DAY_MILLISECONDS).toISOString().slice(0, 10);
    },
    month: (at) => text(at, 7),
    year: (at) => text(at, 4),
  };
}
