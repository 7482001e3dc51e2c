import type { Readings, Slice } from '../model/retention';

/** Four weeks, so that a month has them all. It has divisors for every second night, every week and every two. */
export const SLICES = 28;

const DAY_MILLISECONDS = 86_400_000;

/** A night that begins a little earlier than the last one did is a night all the same. */
const EARLY_DAYS = 0.25;

/** How often a repository may be divided, most first: each divides `SLICES`, so that its slices are made of whole ones. */
const DIVISIONS = [28, 14, 7, 4, 2, 1];

/**
 * Which packs are read now, so that each is read once in 28 days, however often somebody looks: as many slices as days
 * have passed since the last reading, and those that were not read for longest.
 * Shape:  when each of 28 slices was read last, now → the slice to read; undefined where none is due
 */
export function planReading(readings: Readings, now: string): Slice | undefined {
  const times = Array.from({ length: SLICES }, (_, index) => Date.parse(readings[index] ?? ''));
  const read = times.filter((time) => !Number.isNaN(time));
  const daysSince = read.length === 0 ? 1 : daysBetween(Math.max(...read), Date.parse(now));
  const due = Math.floor(daysSince + EARLY_DAYS);
  if (due < 1) return undefined;
  const of = DIVISIONS.find((division) => SLICES / division >= due) ?? 1;
  const choices = Array.from({ length: of }, (_, index) => ({ slice: index + 1, of }));
  const oldestOf = (choice: Slice): number =>
    Math.min(...slicesIn(choice).map((index) => times[index] || 0));
  return choices.reduce((oldest, choice) =>
    oldestOf(choice) < oldestOf(oldest) ? choice : oldest,
  );
}

/** The readings after one. */
export function planReadingsAfter(readings: Readings, slice: Slice, now: string): Readings {
  const read = new Set(slicesIn(slice));
  return Array.from({ length: SLICES }, (_, index) =>
    read.has(index) ? now : (readings[index] ?? null),
  );
}

/** restic puts a pack into slice `first byte of its id % of` (cmd_check.go): so 3 of 7 is 3, 10, 17 and 24 of 28. */
function slicesIn({ slice, of }: Slice): readonly number[] {
  return Array.from({ length: SLICES / of }, (_, index) => slice - 1 + index * of);
}

/** A clock that was put back is no reason to read nothing for ever. */
function daysBetween(earlier: number, later: number): number {
  return Math.abs(later - earlier) / DAY_MILLISECONDS;
}
