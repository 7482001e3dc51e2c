import type { ContentDigest } from '../../../../workflows/model/recovery-point';
import type { OnProgress } from '../../../ports';
import { releasingLocks } from './locks';
import { identifier } from '../connect/quoting';
import { queryRows, type Session } from '../connect/session';
import { sumOfHashes, type MethodOf } from './method';
import type { Table } from './tables';

/** Tables counted in one statement: 2,000 small tables cost 40 round trips, and one statement stays a short one. */
const BATCH_TABLES = 50;
const BATCH_BYTES = 64 * 1024 * 1024;

/**
 * Counts and digests tables in the session's transaction, each by its method.
 * Units:  progress = bytes of the tables done, as they lie on the server's disk
 */
export async function digestTables(
  session: Session,
  tables: readonly Table[],
  methodOf: MethodOf,
  onProgress: OnProgress,
): Promise<ContentDigest[]> {
  const digests: ContentDigest[] = [];
  let bytesDone = 0;
  for (const batch of batches(tables)) {
    digests.push(...(await releasingLocks(session, () => digestBatch(session, batch, methodOf))));
    bytesDone += sizeOf(batch);
    onProgress(bytesDone);
  }
  return digests;
}

async function digestBatch(
  session: Session,
  batch: readonly Table[],
  methodOf: MethodOf,
): Promise<ContentDigest[]> {
  const selects = batch.map((table, index) => digestSelect(table, index, methodOf(table.name)));
  const rows = await queryRows<{ i: number; rows: number; digest: string }>(
    session,
    selects.join(' union all '),
  );
  return rows.map(({ i, rows: count, digest }) => {
    const name = batch[i]?.name ?? '';
    return { name, rows: count, digest, method: methodOf(name) };
  });
}

/** `only`: rows of inheriting tables and partitions are counted where they are. */
function digestSelect(table: Table, index: number, method: string): string {
  const columns = table.columns.map(({ name, type }) => ({ value: `r.${identifier(name)}`, type }));
  return `select ${index} as i, count(*) as rows, ${sumOfHashes(method, columns)} as digest
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
