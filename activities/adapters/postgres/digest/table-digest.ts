import type { ContentDigest } from '../../../../workflows/model/recovery-point';
import type { OnProgress } from '../../../ports';
import { releasingLocks } from './locks';
import { identifier } from '../connect/quoting';
import { queryRows, type Session } from '../connect/session';
import type { Table } from './tables';

/** Tables counted in one statement: 2,000 small tables cost 40 round trips, and one statement stays a short one. */
const BATCH_TABLES = 50;
const BATCH_BYTES = 64 * 1024 * 1024;

/**
 * How rows are digested: the sum of their 64-bit hashes, so the order does not matter and PostgreSQL computes it in
 * parallel. `hash_record_extended` is the function of hash partitioning, there since PostgreSQL 14; before it the row's
 * text is hashed. Change the name whenever a row's hash changes: equal names promise comparable digests.
 */
export function digestMethod(major: number): string {
  return major >= 14
    ? `pg:sum(hash_record_extended)/${major}`
    : `pg:sum(hashtextextended)/${major}`;
}

/**
 * Counts and digests tables in the session's transaction.
 * Units: progress = bytes of the tables done, as they lie on the server's disk
 * Source: measured with PostgreSQL 15 on 905 MB: sum over records 1.6 s, over their text 4.5 s
 */
export async function digestTables(
  session: Session,
  tables: readonly Table[],
  onProgress: OnProgress,
): Promise<ContentDigest[]> {
  const digests: ContentDigest[] = [];
  let bytesDone = 0;
  for (const batch of batches(tables)) {
    digests.push(...(await releasingLocks(session, () => digestBatch(session, batch))));
    bytesDone += sizeOf(batch);
    onProgress(bytesDone);
  }
  return digests;
}

async function digestBatch(session: Session, batch: readonly Table[]): Promise<ContentDigest[]> {
  const selects = batch.map((table, index) => digestSelect(session.major, table, index));
  const rows = await queryRows<{ i: number; rows: number; digest: string }>(
    session,
    selects.join(' union all '),
  );
  const method = digestMethod(session.major);
  return rows.map(({ i, rows: count, digest }) => ({
    name: batch[i]?.name ?? '',
    rows: count,
    digest,
    method,
  }));
}

/** `only`: rows of inheriting tables and partitions are counted where they are. */
export function digestSelect(major: number, table: Table, index: number): string {
  const columns = table.columns
    .map(({ name, hashable }) => `r.${identifier(name)}${hashable ? '' : '::text collate "C"'}`)
    .join(', ');
  const hash =
    major >= 14
      ? `pg_catalog.hash_record_extended(row(${columns}), 0)`
      : `pg_catalog.hashtextextended(row(${columns})::text collate "C", 0)`;
  return `select ${index} as i, count(*) as rows, coalesce(sum(${hash}), 0)::text as digest
          from only ${table.name} r`;
}

function* batches(tables: readonly Table[]): Generator<readonly Table[]> {
  let batch: Table[] = [];
  for (const table of tables) {
    const full = batch.length === BATCH_TABLES || sizeOf(batch) + table.bytes > BATCH_BYTES;
    if (full && batch.length > 0) {
      yield batch;
      batch = [];
    }
    batch.push(table);
  }
  if (batch.length > 0) yield batch;
}

function sizeOf(tables: readonly Table[]): number {
  return tables.reduce((sum, { bytes }) => sum + bytes, 0);
}
