import { formatBytes } from '../model/format-bytes';
import type { KeepPolicy } from '../model/keep';
import type { JudgedPoint, PointFacts } from '../model/retention';
import { calendarOf, type Calendar } from './plan-calendar';

/** What becomes of each recovery point. */
export interface Retention {
  /** Newest first. */
  readonly points: readonly JudgedPoint[];
  /** Octets by which the stack stays above `maxBytes`, since nothing more may go; absent when it does not. */
  readonly overBytes?: number;
}

/**
 * Judges every recovery point of a stack.
 *
 * Never goes, whatever the policy: the newest, the newest of everything, the newest that has an entry, the last proved, one
 * in use, one of a kept release, the only copy, one of the future. Without a policy nothing goes. A point of some entries
 * only, and one that has lost parts, never takes the place of a whole one: each kind is counted by itself.
 * More of a count, or a further one, never drops more. `maxBytes` drops the oldest first.
 * Shape:  points in any order, policy, time of the judgement, octets that the stack takes now → each point with its reasons
 * Units:  heldBytes = octets in the repository, deduplicated and compressed; the sum of `storedBytes` when absent
 */
export function planRetention(
  facts: readonly PointFacts[],
  keep: KeepPolicy | undefined,
  now: string,
  heldBytes = facts.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
): Retention {
  const points = newestFirst(facts);
  if (keep === undefined) {
    return { points: points.map((point) => judged(point, ['the stack file has no `keep`'])) };
  }
  const musts = reasonsToStay(points, now);
  const rules = reasonsByRules(points, keep, now);
  const reasonsOf = (point: PointFacts): readonly string[] => [
    ...(musts.get(point) ?? []),
    ...(rules.get(point) ?? []),
  ];
  const candidates = points.filter((point) => reasonsOf(point).length > 0);
  const { gone, overBytes } = overSize(points, candidates, musts, keep.maxBytes, heldBytes);
  return {
    points: points.map((point) =>
      gone.has(point)
        ? judged(point, [], `above maxBytes, ${formatBytes(keep.maxBytes ?? 0)}`)
        : judged(point, reasonsOf(point), 'nothing keeps it'),
    ),
    ...(overBytes > 0 && { overBytes }),
  };
}

type Reasons = Map<PointFacts, string[]>;

function judged(point: PointFacts, reasons: readonly string[], otherwise = ''): JudgedPoint {
  const { id, run, runKey, takenAt } = point;
  const kept = reasons.length > 0;
  return { id, run, runKey, takenAt, kept, reasons: kept ? reasons : [otherwise] };
}

function newestFirst(points: readonly PointFacts[]): readonly PointFacts[] {
  return [...points].sort(
    (a, b) => Date.parse(b.takenAt) - Date.parse(a.takenAt) || (a.id < b.id ? -1 : 1),
  );
}

/** Why a point stays, whatever the policy says. */
function reasonsToStay(points: readonly PointFacts[], now: string): Reasons {
  const reasons: Reasons = new Map();
  const past = points.filter(({ takenAt }) => Date.parse(takenAt) <= Date.parse(now));
  const isWhole = ({ missing }: PointFacts): boolean => missing === 0;
  stay(reasons, past[0], 'newest');
  const newestWhole = past.find((point) => isWhole(point) && !point.partial);
  if (newestWhole !== past[0]) stay(reasons, newestWhole, 'newest of everything');
  for (const [entry, point] of newestWithEach(past)) {
    if (!reasons.has(point)) stay(reasons, point, `newest with ${entry}`);
  }
  stay(
    reasons,
    past.find(({ provedAt }) => provedAt !== undefined),
    'last proved',
  );
  for (const point of points) {
    if (Date.parse(point.takenAt) > Date.parse(now)) stay(reasons, point, 'of the future');
    if (point.inUse) stay(reasons, point, 'in use');
    if (point.neededByRelease !== undefined) {
      stay(reasons, point, `release ${point.neededByRelease}`);
    }
    if (point.isOnlyCopy) stay(reasons, point, 'only copy');
  }
  return reasons;
}

/** By entry, the newest point that has it whole; where none is whole, the newest that has some of it. */
function newestWithEach(past: readonly PointFacts[]): ReadonlyMap<string, PointFacts> {
  const newest = new Map<string, PointFacts>();
  const wholeFirst = [...past].sort((a, b) => Number(a.missing > 0) - Number(b.missing > 0));
  for (const point of wholeFirst) {
    for (const entry of point.entries) if (!newest.has(entry)) newest.set(entry, point);
  }
  return newest;
}

function reasonsByRules(points: readonly PointFacts[], keep: KeepPolicy, now: string): Reasons {
  const reasons: Reasons = new Map();
  const past = points.filter(({ takenAt }) => Date.parse(takenAt) <= Date.parse(now));
  const calendar = calendarOf(keep.zone);
  for (const kind of kindsOf(past)) {
    for (const [name, count, periodOf] of countsOf(keep, calendar)) {
      for (const [index, point] of newestOfEach(kind, periodOf).slice(0, count).entries()) {
        stay(reasons, point, `${name} ${index + 1} of ${count}`);
      }
    }
  }
  for (const point of past) {
    const ageSeconds = (Date.parse(now) - Date.parse(point.takenAt)) / 1000;
    if (keep.withinSeconds !== undefined && ageSeconds <= keep.withinSeconds) {
      stay(reasons, point, `within ${days(keep.withinSeconds)}`);
    }
    if (hasNoCount(keep)) stay(reasons, point, 'all are kept');
  }
  return reasons;
}

/** Points that may stand for one another: of the same entries, and whole or not. */
function kindsOf(points: readonly PointFacts[]): readonly (readonly PointFacts[])[] {
  const kinds = new Map<string, PointFacts[]>();
  for (const point of points) {
    const held = point.partial ? JSON.stringify([...point.entries].sort()) : 'everything';
    const key = `${held} ${point.missing > 0 ? 'not whole' : 'whole'}`;
    kinds.set(key, [...(kinds.get(key) ?? []), point]);
  }
  return [...kinds.values()];
}

type Count = readonly [name: string, count: number, periodOf: (point: PointFacts) => string];

function countsOf(keep: KeepPolicy, calendar: Calendar): readonly Count[] {
  const { last, hourly, daily, weekly, monthly, yearly } = keep;
  const all: readonly [string, number | undefined, (point: PointFacts) => string][] = [
    ['last', last, ({ id }) => id],
    ['hourly', hourly, ({ takenAt }) => calendar.hour(takenAt)],
    ['daily', daily, ({ takenAt }) => calendar.day(takenAt)],
    ['weekly', weekly, ({ takenAt }) => calendar.week(takenAt)],
    ['monthly', monthly, ({ takenAt }) => calendar.month(takenAt)],
    ['yearly', yearly, ({ takenAt }) => calendar.year(takenAt)],
  ];
  return all.flatMap(([name, count, periodOf]) =>
    count === undefined ? [] : [[name, count, periodOf] as const],
  );
}

function hasNoCount({ last, hourly, daily, weekly, monthly, yearly, withinSeconds }: KeepPolicy) {
  const counts = [last, hourly, daily, weekly, monthly, yearly, withinSeconds];
  return counts.every((count) => count === undefined);
}

/** The newest point of each period that has one, newest first. */
function newestOfEach(
  points: readonly PointFacts[],
  periodOf: (point: PointFacts) => string,
): readonly PointFacts[] {
  const newest = new Map<string, PointFacts>();
  for (const point of points) {
    const period = periodOf(point);
    if (!newest.has(period)) newest.set(period, point);
  }
  return [...newest.values()];
}

/**
 * Which of those that the rules keep go all the same, the oldest first, and by how much the stack is above its limit then.
 * What a point's going frees is an estimate: what the next one replaced of it, which is no more than that one added.
 */
function overSize(
  points: readonly PointFacts[],
  candidates: readonly PointFacts[],
  musts: Reasons,
  maxBytes: number | undefined,
  heldBytes: number,
): { readonly gone: ReadonlySet<PointFacts>; readonly overBytes: number } {
  const gone = new Set<PointFacts>();
  if (maxBytes === undefined) return { gone, overBytes: 0 };
  const freed = new Map(
    points.map((point, index) => {
      const next = points[index - 1]?.storedBytes ?? 0;
      return [point, Math.min(point.storedBytes, next)];
    }),
  );
  const stays = new Set(candidates);
  let bytes = heldBytes;
  for (const point of points) if (!stays.has(point)) bytes -= freed.get(point) ?? 0;
  for (const point of [...candidates].reverse()) {
    if (bytes <= maxBytes) break;
    if (musts.has(point)) continue;
    gone.add(point);
    bytes -= freed.get(point) ?? 0;
  }
  return { gone, overBytes: Math.max(0, bytes - maxBytes) };
}

function stay(reasons: Reasons, point: PointFacts | undefined, reason: string): void {
  if (point === undefined) return;
  reasons.set(point, [...(reasons.get(point) ?? []), reason]);
}

function days(seconds: number): string {
  return seconds % 86_400 === 0 ? `${seconds / 86_400} d` : `${Math.round(seconds / 3600)} h`;
}
