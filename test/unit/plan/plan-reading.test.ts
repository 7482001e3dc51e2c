import type { Readings } from '../../../workflows/model/retention';
import { planReading, planReadingsAfter, SLICES } from '../../../workflows/retain/plan-reading';

const START = Date.UTC(2026, 0, 1, 4);
const DAY = 86_400_000;

/** Bytes that the id of a pack may begin with: restic puts it into slice `byte % of` + 1. */
const FIRST_BYTES = Array.from({ length: 256 }, (_, byte) => byte);

/** When each of them was read, if somebody looks every so many days for so many days. */
function readEvery(days: number, forDays: number): ReadonlyMap<number, readonly number[]> {
  const read = new Map<number, number[]>(FIRST_BYTES.map((byte) => [byte, []]));
  let readings: Readings = [];
  for (let day = 0; day < forDays; day += days) {
    const now = new Date(START + day * DAY).toISOString();
    const slice = planReading(readings, now);
    if (slice === undefined) continue;
    readings = planReadingsAfter(readings, slice, now);
    for (const byte of FIRST_BYTES) {
      if (byte % slice.of === slice.slice - 1) read.get(byte)?.push(day);
    }
  }
  return read;
}

describe('planning what is read of a repository', () => {
  it.each([0.25, 1, 2, 3, 7, 10, 14, 28])(
    'reads every pack within a month, where somebody looks every %d days',
    (days) => {
      for (const times of readEvery(days, 150).values()) {
        const gaps = times.map((day, index) => day - (times[index - 1] ?? 0));
        expect(Math.max(...gaps)).toBeLessThanOrEqual(31);
        expect(times.length).toBeGreaterThanOrEqual(4);
      }
    },
  );

  it('reads a twenty-eighth a night, and none twice on the way', () => {
    const read = readEvery(1, SLICES);
    expect([...read.values()].map(({ length }) => length)).toEqual(FIRST_BYTES.map(() => 1));
  });

  it('reads nothing again on the same day', () => {
    const now = new Date(START).toISOString();
    const readings = planReadingsAfter([], { slice: 1, of: 28 }, now);
    expect(planReading(readings, new Date(START + 12 * 3_600_000).toISOString())).toBeUndefined();
    expect(planReading(readings, new Date(START + 23 * 3_600_000).toISOString())).toEqual({
      ...{ slice: 2, of: 28 },
    });
  });

  it('reads all of it after a month in which nobody has looked', () => {
    const readings = planReadingsAfter([], { slice: 1, of: 1 }, new Date(START).toISOString());
    const later = new Date(START + 40 * DAY).toISOString();
    expect(planReading(readings, later)).toEqual({ slice: 1, of: 1 });
  });
});
