import type { ContentDigest } from '../../../../workflows/model/recovery-point';
import type { OnProgress } from '../../../ports';
import { releasingLocks } from './locks';
import { identifier } from '../connect/quoting';
import { queryRows, type Session } from '../connect/session';
import { isBusy } from './busy';
import { isOlderMethod, sumOfHashes, type MethodOf } from './method';
import type { Table } from './tables';

/** Tables counted in one statement: 2,000 small tables cost 40 round trips, and one statement stays a short one. */
const BATCH_TABLES = 50;
const BATCH_BYTES = 64 * 1024 * 1024;

/** What was counted, and the tables that could not be: somebody keeps one of their locks. */
export interface TableDigests {
  readonly digests: readonly ContentDigest[];
  readonly busy: readonly Table[];
}

export interface TableDigestOptions {
  readonly methodOf: MethodOf;
  readonly onProgress: OnProgress;
  /** Whether a table whose lock somebody keeps is tried again. */
  readonly mayWait: () => boolean;
}

/**
 * Counts and digests the rows of tables in the session's transaction, table by table, each by its method. Partitioned
 * tables have none of their own.
 * Units:  progress = bytes of the tables done, as they lie on the server's disk
 */
export async function digestTables(
  session: Session,
  tables: readonly Table[],
  { methodOf, onProgress, mayWait }: TableDigestOptions,
): Promise<TableDigests> {
  const digests: ContentDigest[] = [];
  const busy: Table[] = [];
  let bytesDone = 0;
  for (const batch of batches(tables.filter(({ isPartitioned }) => !isPartitioned))) {
    const found = await digestOrNone(session, batch, methodOf);
    digests.push(...(found ?? []));
    for (const table of found === undefined ? batch : []) {
      const one = await digestPatiently(session, table, methodOf, mayWait);
      if (one === undefined) busy.push(table);
      else digests.push(...one);
    }
    bytesDone += sizeOf(batch);
    onProgress(bytesDone);
  }
  return { digests, busy };
}

async function digestPatiently(
  session: Session,
  table: Table,
  methodOf: MethodOf,
  mayWait: () => boolean,
): Promise<readonly ContentDigest[] | undefined> {
  for (;;) {
    const waits = mayWait();
    const found = await digestOrNone(session, [table], methodOf);
    if (found !== undefined || !waits) return found;
  }
}

/** Undefined where a lock could not be had in time (`lock_timeout`), such as that of an index that is rebuilt. */
async function digestOrNone(
  session: Session,
  batch: readonly Table[],
  methodOf: MethodOf,
): Promise<readonly ContentDigest[] | undefined> {
  try {
    return await releasingLocks(session, () => digestBatch(session, batch, methodOf));
  } catch (error) {
    if (!isBusy(error)) throw error;
    return undefined;
  }
}

async function digestBatch(
  session: Session,
  batch: readonly Table[],
  methodOf: MethodOf,
): Promise<ContentDigest[]> {
  const selects = batch.map((table, index) => digestSelect(table, index, methodOf(table.root)));
  const rows = await queryRows<{ i: number; rows: number; digest: string }>(
    session,
    selects.join(' union all '),
  );
  return rows.map(({ i, rows: count, digest }) => {
    const { name = '', root = '' } = batch[i] ?? {};
    return { name, rows: count, digest, method: methodOf(root) };
  });
}

function digestSelect(table: Table, index: number, method: string): string {
  const columns = (table.isEmptyHere ? [] : table.columns)
    .filter(({ isGenerated }) => !isGenerated || isOlderMethod(method))
    .map(({ name, type }) => ({ value: `r.${identifier(name)}`, type }));
  return `select ${index} as i, count(*) as rows, ${sumOfHashes(method, columns)} as digest
          from ${rowsOf(table)} r`;
}

/** As pg_dump chooses them. `only`: rows of inheriting tables and partitions are counted where they are. */
function rowsOf({ name, condition, isEmptyHere }: Table): string {
  if (isEmptyHere) return `(select where false)`;
  return condition === '' ? `only ${name}` : `(select * from ${name} ${condition}\n)`;
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
