import type { ContentDigest } from '../../../../../workflows/model/recovery-point';
import { releasingLocks } from './locks';
import { queryRows, type Session } from '../connect/session';
import { sumOfHashes, type HashedColumn, type MethodOf } from './method';

/** A name that no table has: it holds no dot. */
export const LARGE_OBJECTS = 'large objects';

const COLUMNS: readonly HashedColumn[] = [
  { value: 'o.oid', type: 'oid' },
  { value: 'p.number', type: 'int8' },
  { value: 'p.bytes', type: 'bytea' },
];

/** Read so much at a time: a large object may have 4 TB, a value 1 GB. */
const PIECE_BYTES = 1_048_576;

const READ = 0x40000; // INV_READ
const FROM_END = 2; // SEEK_END

/**
 * Counts and digests large objects by their content, through the functions every role has; `pg_largeobject` itself is
 * for superusers, and its pages differ after a restore where an object had holes.
 * Shape:  → one digest, or none where there are no large objects
 */
export async function digestLargeObjects(
  session: Session,
  methodOf: MethodOf,
): Promise<ContentDigest[]> {
  const method = methodOf(LARGE_OBJECTS);
  const select = `
    select count(distinct o.oid) as rows, ${sumOfHashes(method, COLUMNS)} as digest
    from pg_catalog.pg_largeobject_metadata o
    cross join lateral (select lo_open(o.oid, ${READ}) as handle offset 0) opened
    cross join lateral (
      select lo_lseek64(opened.handle, 0, ${FROM_END}) as bytes, lo_close(opened.handle) offset 0
    ) size
    cross join lateral (
      select number, lo_get(o.oid, number * ${PIECE_BYTES}, ${PIECE_BYTES}) as bytes
      from generate_series(0, greatest(size.bytes - 1, 0) / ${PIECE_BYTES}) number
    ) p`;
  const [found] = await releasingLocks(session, () =>
    queryRows<{ rows: number; digest: string }>(session, select),
  );
  if (found === undefined || found.rows === 0) return [];
  return [{ name: LARGE_OBJECTS, ...found, method }];
}
