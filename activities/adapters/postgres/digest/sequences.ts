import type { ContentDigest } from '../../../../workflows/model/recovery-point';
import { releasingLocks } from './locks';
import { literal } from '../connect/quoting';
import { queryRows, type Session } from '../connect/session';
import { listSequences } from './tables';

/** Where a sequence stands: its last value, and whether that value was given out. */
interface Position {
  readonly name: string;
  readonly value: string;
  readonly used: boolean;
}

const BATCH = 100;
const METHOD = 'pg:sequence';
const RANGE = /^(-?\d+)\.\.(-?\d+)$/;

/** Reads where all sequences stand now: they belong to no snapshot. */
export async function readSequences(session: Session): Promise<Position[]> {
  const names = await listSequences(session);
  const positions: Position[] = [];
  for (let start = 0; start < names.length; start += BATCH) {
    const selects = names
      .slice(start, start + BATCH)
      .map(
        (name) =>
          `select ${literal(name)} as name, last_value::text as value, is_called as used from ${name}`,
      );
    const query = selects.join(' union all ');
    positions.push(...(await releasingLocks(session, () => queryRows<Position>(session, query))));
  }
  return positions;
}

/**
 * A sequence that stood still has its position for a digest; one that moved while pg_dump read it has the range in
 * which the dump's position must lie. A sequence has no rows.
 */
export function sequenceDigests(
  before: readonly Position[],
  after: readonly Position[],
): ContentDigest[] {
  const first = new Map(before.map((position) => [position.name, position]));
  return after.map((last) => ({
    name: last.name,
    rows: 0,
    digest: range(first.get(last.name) ?? last, last),
    method: METHOD,
  }));
}

/** What a restored sequence has for a digest: the expected one where its position lies in the expected range. */
export function restoredSequenceDigests(
  positions: readonly Position[],
  expected: readonly ContentDigest[],
): ContentDigest[] {
  const wanted = new Map(expected.map(({ name, digest }) => [name, digest]));
  return positions.map((position) => {
    const wish = wanted.get(position.name);
    const digest = wish !== undefined && liesIn(position, wish) ? wish : text(position);
    return { name: position.name, rows: 0, digest, method: METHOD };
  });
}

function range(first: Position, last: Position): string {
  if (text(first) === text(last)) return text(last);
  const [low, high] = [BigInt(first.value), BigInt(last.value)];
  return low < high ? `${low}..${high}` : `${high}..${low}`;
}

function liesIn(position: Position, digest: string): boolean {
  const [, low, high] = RANGE.exec(digest) ?? [];
  if (low === undefined || high === undefined) return false;
  const value = BigInt(position.value);
  return BigInt(low) <= value && value <= BigInt(high);
}

function text({ value, used }: Position): string {
  return used ? value : `${value} unused`;
}
