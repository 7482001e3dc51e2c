import type { KeepPolicy } from '../../../workflows/model/keep';
import type { JudgedPoint, PointFacts } from '../../../workflows/model/retention';
import { planRetention } from '../../../workflows/retain/plan-retention';
import { describePointFacts as point } from '../../support/retention-facts';
import { generateHistory, type GeneratedHistory } from './generated-histories';

const NOW = '2026-11-30T12:00:00.000Z';
const HISTORIES = 10_000;

/** One at three each night, back from the last of November. */
function nights(count: number, change: Partial<PointFacts> = {}): PointFacts[] {
  return Array.from({ length: count }, (_, index) =>
    point(new Date(Date.UTC(2026, 10, 30 - index, 3)).toISOString(), change),
  );
}

function kept(points: readonly PointFacts[], keep: Partial<KeepPolicy>, now = NOW) {
  const judged = planRetention(points, { zone: 'UTC', ...keep }, now).points;
  return judged.filter((one) => one.kept).map(({ id, reasons }) => `${id}: ${reasons.join(', ')}`);
}

const goneOf = (
  points: readonly PointFacts[],
  keep: KeepPolicy | undefined,
  now: string,
  held?: number,
) =>
  new Set(
    planRetention(points, keep, now, held).points.flatMap((one) => (one.kept ? [] : [one.id])),
  );

describe('planning which recovery points stay', () => {
  it('keeps all of them without a policy', () => {
    expect(goneOf(nights(400), undefined, NOW).size).toBe(0);
  });

  it('keeps the newest of each day, week and month, and says why', () => {
    expect(kept(nights(70), { daily: 2, weekly: 2, monthly: 3 })).toEqual([
      '2026-11-30T03:00:00.000Z: newest, daily 1 of 2, weekly 1 of 2, monthly 1 of 3',
      '2026-11-29T03:00:00.000Z: daily 2 of 2, weekly 2 of 2',
      '2026-10-31T03:00:00.000Z: monthly 2 of 3',
      '2026-09-30T03:00:00.000Z: monthly 3 of 3',
    ]);
  });

  it('says of each that goes why nothing keeps it', () => {
    const { points } = planRetention(nights(3), { last: 1, zone: 'UTC' }, NOW);
    expect(points.map(({ reasons }) => reasons)).toEqual([
      ['newest', 'last 1 of 1'],
      ['nothing keeps it'],
      ['nothing keeps it'],
    ]);
  });

  it.each<[string, Partial<PointFacts>, string]>([
    ['the last proved one', { provedAt: NOW }, 'last proved'],
    ['one in use', { inUse: true }, 'in use'],
    ['one that a kept release needs', { neededByRelease: 12 }, 'release 12'],
    ['the only copy', { isOnlyCopy: true }, 'only copy'],
    ['the newest with an entry', { entries: ['old'] }, 'newest with old'],
  ])('never drops %s', (_, change, reason) => {
    const old = point('2020-01-01T00:00:00.000Z', change);
    expect(kept([...nights(3), old], { last: 1, maxBytes: 1 }).at(-1)).toBe(`${old.id}: ${reason}`);
  });

  it('never lets a partial or a damaged point stand for a whole one', () => {
    const partial = point('2026-11-30T04:00:00.000Z', { partial: true });
    const torn = point('2026-11-30T05:00:00.000Z', { missing: 1 });
    const whole = nights(2);
    expect(kept([torn, partial, ...whole], { daily: 1 })).toEqual([
      `${torn.id}: newest, daily 1 of 1`,
      `${partial.id}: newest with accounts, daily 1 of 1`,
      `${whole[0]?.id ?? ''}: newest of everything, daily 1 of 1`,
    ]);
  });

  it('lets one with a time of the future displace nothing', () => {
    const wrong = point('2031-01-01T00:00:00.000Z');
    expect(kept([wrong, ...nights(2)], { daily: 1 })).toEqual([
      `${wrong.id}: of the future`,
      '2026-11-30T03:00:00.000Z: newest, daily 1 of 1',
    ]);
  });

  it('counts days as a clock on the wall does, whether they have 23 or 25 hours', () => {
    const zone = 'Europe/Berlin';
    // Clocks go back on 25 October at 03:00: 23:30 of the 24th, 00:30, 02:30 twice, 23:30 of the 25th.
    const autumn = [
      '2026-10-24T21:30:00.000Z',
      '2026-10-24T22:30:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T01:30:00.000Z',
      '2026-10-25T22:30:00.000Z',
    ].map((at) => point(at));
    expect(kept(autumn, { daily: 2, zone })).toEqual([
      '2026-10-25T22:30:00.000Z: newest, daily 1 of 2',
      '2026-10-24T21:30:00.000Z: daily 2 of 2',
    ]);
    expect(kept(autumn, { hourly: 9, zone })).toHaveLength(5);
    const spring = ['2026-03-28T22:30:00.000Z', '2026-03-28T23:30:00.000Z'].map((at) => point(at));
    expect(kept(spring, { daily: 5, zone }, NOW)).toHaveLength(2);
  });

  it('begins a week on Monday, in its zone', () => {
    // Midnight before Monday is at 11:00 UTC there.
    const [sunday, monday] = ['2026-11-29T10:30:00.000Z', '2026-11-29T11:30:00.000Z'].map((at) =>
      point(at),
    ) as [PointFacts, PointFacts];
    expect(kept([sunday, monday], { weekly: 5, zone: 'Pacific/Auckland' })).toHaveLength(2);
    expect(kept([sunday, monday], { weekly: 5, zone: 'UTC' })).toHaveLength(1);
  });

  it('drops the oldest first where the stack takes too much, and says when that is not enough', () => {
    const points = nights(10);
    const keep = { maxBytes: 700, zone: 'UTC' };
    expect([...goneOf(points, keep, NOW)]).toEqual(points.slice(7).map(({ id }) => id));
    const { overBytes } = planRetention(points, { ...keep, maxBytes: 50 }, NOW);
    expect(overBytes).toBe(50);
  });

  it(`keeps its promises in ${HISTORIES} generated histories`, () => {
    let dropped = 0;
    for (let seed = 1; seed <= HISTORIES; seed += 1) {
      const history = generateHistory(seed);
      const held = history.points.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
      const { points: judged } = planRetention(history.points, history.keep, history.now, held);
      const gone = new Set(judged.flatMap(({ id, kept }) => (kept ? [] : [id])));
      dropped += gone.size;
      const wrong =
        lostOrUnexplained(history, judged) ??
        mustStay(history, gone) ??
        dropsMoreAgain(history, gone, held) ??
        dropsMoreForMoreKeep(history, seed) ??
        dropsMoreForMoreRoom(history, gone, held);
      if (wrong !== undefined) throw new Error(`seed ${seed}: ${wrong}`);
    }
    expect(dropped).toBeGreaterThan(HISTORIES);
  });
});

type Gone = ReadonlySet<string>;

function lostOrUnexplained(
  { points }: GeneratedHistory,
  judged: readonly JudgedPoint[],
): string | undefined {
  const ids = (of: readonly { readonly id: string }[]) =>
    of
      .map(({ id }) => id)
      .sort()
      .join();
  if (ids(judged) !== ids(points)) return 'a point is not judged once';
  const silent = judged.find(({ reasons }) => reasons.length === 0 || !reasons.every(Boolean));
  return silent && `${silent.id} has no reason`;
}

function mustStay({ points, now }: GeneratedHistory, gone: Gone): string | undefined {
  const past = points
    .filter(({ takenAt }) => takenAt <= now)
    .sort((a, b) => b.takenAt.localeCompare(a.takenAt));
  const newestWith = ['accounts', 'events', 'uploads'].map((entry) => {
    const has = past.filter(({ entries }) => entries.includes(entry));
    return has.find(({ missing }) => missing === 0) ?? has[0];
  });
  const musts = [
    past[0],
    past.find(({ partial, missing }) => !partial && missing === 0),
    past.find(({ provedAt }) => provedAt !== undefined),
    ...newestWith,
    ...points.filter(
      ({ inUse, isOnlyCopy, neededByRelease, takenAt }) =>
        inUse || isOnlyCopy || neededByRelease !== undefined || takenAt > now,
    ),
  ];
  const lost = musts.find((must) => must !== undefined && gone.has(must.id));
  return lost && `drops ${lost.id}`;
}

function dropsMoreAgain(
  { points, keep, now }: GeneratedHistory,
  gone: Gone,
  held: number,
): string | undefined {
  const left = points.filter(({ id }) => !gone.has(id));
  const again = goneOf(left, keep, now, Math.min(held, keep.maxBytes ?? Infinity));
  return further(again, new Set(), 'the next time');
}

function dropsMoreForMoreKeep(
  { points, keep: { maxBytes: _, ...keep }, now }: GeneratedHistory,
  seed: number,
): string | undefined {
  // The first count at all is the end of keeping everything.
  if (Object.keys(keep).length === 1) return undefined;
  const counts = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;
  const name = [...counts, 'withinSeconds' as const][seed % 7] ?? 'last';
  const step = name === 'withinSeconds' ? 86_400 : 2;
  const more = goneOf(points, { ...keep, [name]: (keep[name] ?? 0) + step }, now);
  return further(more, goneOf(points, keep, now), `for more ${name}`);
}

function dropsMoreForMoreRoom(
  { points, keep, now }: GeneratedHistory,
  gone: Gone,
  held: number,
): string | undefined {
  if (keep.maxBytes === undefined) return undefined;
  const more = goneOf(points, { ...keep, maxBytes: keep.maxBytes * 1.5 }, now, held);
  return further(more, gone, 'for more room');
}

function further(now: Gone, before: Gone, why: string): string | undefined {
  const more = [...now].filter((id) => !before.has(id));
  return more.length === 0 ? undefined : `drops ${more.join(', ')} ${why}`;
}
