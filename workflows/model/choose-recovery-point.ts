import type { RestoreOptions } from './options';
import type { RecoveryPointSummary } from './recovery-point';

/** Shortest prefix of an id that is looked up: shorter ones would be ambiguous soon. */
const SHORTEST_PREFIX = 4;

/** `pawl points` has them all. */
const MOST_NAMED = 5;

/**
 * Picks the recovery point that an operator means. An id is taken as it is. Otherwise all of a stack comes from a point
 * that is not partial, and chosen parts from one that holds them all, partial or not.
 * Shape:  points (any order), { point: `newest` | id or unique prefix of it | newest not after a time, only } → point or a
 *         sentence why not
 */
export function chooseRecoveryPoint(
  points: readonly RecoveryPointSummary[],
  { point: wanted, only }: Pick<RestoreOptions, 'point' | 'only'>,
): RecoveryPointSummary | string {
  if (points.length === 0) return 'the repository has no recovery point of this stack';
  const newestFirst = [...points].sort((a, b) => Date.parse(b.takenAt) - Date.parse(a.takenAt));
  if ('id' in wanted) return byId(newestFirst, wanted.id);
  const inTime = 'at' in wanted ? notAfter(newestFirst, wanted.at) : newestFirst;
  if (typeof inTime === 'string') return inTime;
  return only.length === 0 ? newestWhole(inTime) : newestWithAll(inTime, only);
}

function byId(points: readonly RecoveryPointSummary[], id: string): RecoveryPointSummary | string {
  const exact = points.find((point) => point.run === id || idsOf(point).includes(id));
  if (exact !== undefined) return exact;
  if (id.length < SHORTEST_PREFIX) return `no recovery point is called ${id}`;
  const matches = points.filter((point) => idsOf(point).some((one) => one.startsWith(id)));
  const [only] = matches;
  if (only === undefined) return `no recovery point is called ${id}`;
  if (matches.length === 1) return only;
  return `${id} could be ${matches.map((point) => point.id).join(', ')}`;
}

function idsOf({ id, otherIds = [] }: RecoveryPointSummary): readonly string[] {
  return [id, ...otherIds];
}

function notAfter(
  newestFirst: readonly RecoveryPointSummary[],
  at: string,
): readonly RecoveryPointSummary[] | string {
  const found = newestFirst.filter((point) => Date.parse(point.takenAt) <= Date.parse(at));
  if (found.length > 0) return found;
  const oldest = newestFirst.at(-1) as RecoveryPointSummary;
  return `no recovery point is as old as ${at}; the oldest, ${oldest.id}, was taken at ${oldest.takenAt}`;
}

function newestWhole(inTime: readonly RecoveryPointSummary[]): RecoveryPointSummary | string {
  const whole = inTime.find(({ partial }) => !partial);
  if (whole !== undefined) return whole;
  const named = inTime
    .slice(0, MOST_NAMED)
    .map(({ id, entries }) => `${id} (${entries.join(', ')})`);
  const further = inTime.length - named.length;
  const rest = further === 0 ? '' : ` and ${further} more`;
  return `each recovery point that could be meant holds a part of the stack only: ${named.join(', ')}${rest}; --point takes one as it is`;
}

function newestWithAll(
  inTime: readonly RecoveryPointSummary[],
  only: readonly string[],
): RecoveryPointSummary | string {
  const wanted = [...new Set(only.map(entryOf))];
  const found = inTime.find(({ entries }) => wanted.every((entry) => entries.includes(entry)));
  if (found !== undefined) return found;
  const places = wanted.map((entry) => {
    const holder = inTime.find(({ entries }) => entries.includes(entry));
    return holder === undefined ? `none has ${entry}` : `${entry} is in ${holder.id}`;
  });
  return `no recovery point that could be meant has all of ${only.join(', ')}: ${places.join(', ')}`;
}

/** `server/melvin` is a database of entry `server`. */
function entryOf(part: string): string {
  return part.split('/', 1)[0] ?? part;
}
