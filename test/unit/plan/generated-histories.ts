import type { KeepPolicy } from '../../../workflows/model/keep';
import type { PointFacts } from '../../../workflows/model/retention';

export interface GeneratedHistory {
  readonly points: readonly PointFacts[];
  readonly keep: KeepPolicy;
  readonly now: string;
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32): a failure can be made again. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'];
const ENTRIES = ['accounts', 'events', 'uploads'];
const HOUR = 3_600_000;

/** Points of some hours to some years, with a policy: from orderly ones to very odd ones. */
export function generateHistory(seed: number): GeneratedHistory {
  const random = randomOf(seed);
  const upTo = (most: number): number => Math.floor(random() * (most + 1));
  const now = Date.UTC(2026, upTo(11), 1 + upTo(27), upTo(23), upTo(59));
  const stepHours = [1, 6, 24, 24, 24, 72, 240][upTo(6)] ?? 24;
  const count = upTo(25);
  const points = Array.from({ length: count }, (_, index): PointFacts => {
    const early = random() < 0.03 ? -upTo(72) * HOUR : 0;
    const age = index * stepHours * HOUR + random() * stepHours * HOUR + early;
    const partial = random() < 0.15;
    return {
      ...{ id: `p${index}`, run: `s/${index}`, runKey: `k${index}` },
      takenAt: new Date(now - age).toISOString(),
      entries: partial ? ENTRIES.filter(() => random() < 0.4) : ENTRIES,
      ...{ partial, missing: random() < 0.05 ? 1 : 0, storedBytes: upTo(1000) },
      ...(random() < 0.1 && { provedAt: new Date(now).toISOString() }),
      ...(random() < 0.05 && { neededByRelease: upTo(20) }),
      ...{ inUse: random() < 0.03, isOnlyCopy: random() < 0.03 },
    };
  });
  const shuffled = points
    .map((point) => ({ point, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ point }) => point);
  const maybe = (most: number) => (random() < 0.5 ? 1 + upTo(most) : undefined);
  const counts = { last: maybe(5), hourly: maybe(24), daily: maybe(10), weekly: maybe(6) };
  const more = { monthly: maybe(12), yearly: maybe(3), withinSeconds: maybe(40 * 86_400) };
  const given = Object.entries({ ...counts, ...more, maxBytes: maybe(20_000) });
  return {
    points: shuffled,
    keep: {
      ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
      zone: ZONES[upTo(ZONES.length - 1)] ?? 'UTC',
    },
    now: new Date(now).toISOString(),
  };
}
