import type { ContentDigest } from '../../../../../workflows/model/recovery-point';
import { releasingLocks } from './locks';
import { isBusy, isGone } from './busy';
import { unproved } from './partitions';
import { queryRows, type Session } from '../connect/session';
import { listSequences } from './tables';

/** Where a sequence stands: its last value, and whether that value was given out. */
interface Position {
  readonly name: string;
  /** Undefined where somebody keeps it locked, or has dropped it. */
  readonly at: { readonly value: string; readonly used: boolean } | undefined;
}

const BATCH = 100;
const METHOD = 'pg:sequence';
const RANGE = /^(-?\d+)\.\.(-?\d+)$/;

/** Reads where all sequences stand now: they belong to no snapshot. */
export async function readSequences(session: Session): Promise<Position[]> {
  const names = await listSequences(session);
  const positions: Position[] = [];
  for (let start = 0; start < names.length; start += BATCH) {
    const batch = names.slice(start, start + BATCH);
    const found = await readOrNone(session, batch);
    if (found !== undefined) positions.push(...found);
    else for (const name of batch) positions.push(await readOne(session, name));
  }
  return positions;
}

async function readOne(session: Session, name: string): Promise<Position> {
  const found = await readOrNone(session, [name]);
  return found?.[0] ?? { name, at: undefined };
}

async function readOrNone(
  session: Session,
  names: readonly string[],
): Promise<readonly Position[] | undefined> {
  const selects = names.map(
    (name, index) =>
      `select ${index} as i, last_value::text as value, is_called as used from ${name}`,
  );
  try {
    const rows = await releasingLocks(session, () =>
      queryRows<{ i: number; value: string; used: boolean }>(session, selects.join(' union all ')),
    );
    return rows.map(({ i, value, used }) => ({ name: names[i] ?? '', at: { value, used } }));
  } catch (error) {
    if (isBusy(error) || isGone(error)) return undefined;
    throw error;
  }
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
  return after.map(({ name, at }) => {
    const from = first.get(name)?.at;
    if (at === undefined || from === undefined) return unproved(name);
    return { name, rows: 0, digest: range(from, at), method: METHOD };
  });
}

/** What a restored sequence has for a digest: the expected one where its position lies in the expected range. */
export function restoredSequenceDigests(
  positions: readonly Position[],
  expected: readonly ContentDigest[],
): ContentDigest[] {
  const wanted = new Map(expected.map(({ name, digest }) => [name, digest]));
  return positions.map(({ name, at }) => {
    if (at === undefined) return unproved(name);
    const wish = wanted.get(name);
    const digest = wish !== undefined && liesIn(at, wish) ? wish : text(at);
    return { name, rows: 0, digest, method: METHOD };
  });
}

type Place = NonNullable<Position['at']>;

function range(first: Place, last: Place): string {
  if (text(first) === text(last)) return text(last);
  const [low, high] = [BigInt(first.value), BigInt(last.value)];
  return low < high ? `${low}..${high}` : `${high}..${low}`;
}

function liesIn(position: Place, digest: string): boolean {
  const [, low, high] = RANGE.exec(digest) ?? [];
  if (low === undefined || high === undefined) return false;
  const value = BigInt(position.value);
  return BigInt(low) <= value && value <= BigInt(high);
}

function text({ value, used }: Place): string {
  return used ? value : `${value} unused`;
}
