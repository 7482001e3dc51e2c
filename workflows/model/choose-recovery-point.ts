import type { RecoveryPointSummary } from './recovery-point';
import type { RestoreOptions } from './run';

/** Shortest prefix of an id that is looked up: shorter ones would be ambiguous soon. */
const SHORTEST_PREFIX = 4;

/**
 * Picks the recovery point that an operator means.
 * Shape:  points (any order), `newest` | id or unique prefix of it | newest not after a time → point or a sentence why not
 */
export function chooseRecoveryPoint(
  points: readonly RecoveryPointSummary[],
  wanted: RestoreOptions['point'],
): RecoveryPointSummary | string {
  if (points.length === 0) return 'the repository has no recovery point of this stack';
  const newestFirst = [...points].sort((a, b) => Date.parse(b.takenAt) - Date.parse(a.takenAt));
  if ('id' in wanted) return byId(newestFirst, wanted.id);
  if ('at' in wanted) return notAfter(newestFirst, wanted.at);
  return newestFirst[0] as RecoveryPointSummary;
}

function byId(points: readonly RecoveryPointSummary[], id: string): RecoveryPointSummary | string {
  const exact = points.find((point) => point.id === id || point.run === id);
  if (exact !== undefined) return exact;
  if (id.length < SHORTEST_PREFIX) return `no recovery point is called ${id}`;
  const matches = points.filter((point) => point.id.startsWith(id));
  const [only] = matches;
  if (only === undefined) return `no recovery point is called ${id}`;
  if (matches.length === 1) return only;
  return `${id} could be ${matches.map((point) => point.id).join(', ')}`;
}

function notAfter(
  newestFirst: readonly RecoveryPointSummary[],
  at: string,
): RecoveryPointSummary | string {
  const found = newestFirst.find((point) => Date.parse(point.takenAt) <= Date.parse(at));
  if (found !== undefined) return found;
  const oldest = newestFirst.at(-1) as RecoveryPointSummary;
  return `no recovery point is as old as ${at}; the oldest, ${oldest.id}, was taken at ${oldest.takenAt}`;
}
