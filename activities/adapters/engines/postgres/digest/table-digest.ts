import type { ContentDigest } from '../../../../../workflows/model/recovery-point';
import type { OnProgress } from '../../../../ports/attempt';
import { releasingLocks } from './locks';
import { identifier } from '../connect/quoting';
import { queryRows, type Session } from '../connect/session';
import { isBusy, isUnplannable } from './busy';
import { isOlderMethod, needsPath, sumOfHashes, withPath, type MethodOf } from './method';
import type { Table } from './tables';

/** Tables counted in one statement: 2,000 small tables cost 40 round trips, and one statement stays a short one. */
const BATCH_TABLES = 50;
const BATCH_BYTES = 64 * 1024 * 1024;

/** In an order that a restored database has too. */
const SEE_ALL_SCHEMAS = `select pg_catalog.set_config('search_path', (
  select pg_catalog.string_agg(pg_catalog.quote_ident(nspname), ', ' order by nspname collate "C")
  from pg_catalog.pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
), true)`;

/** What was counted, and the tables that could not be. */
export interface TableDigests {
  readonly digests: readonly ContentDigest[];
  /** Somebody keeps one of their locks. */
  readonly busy: readonly Table[];
  /** Every query of them is refused. */
  readonly refused: readonly Table[];
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
  const refused: Table[] = [];
  let bytesDone = 0;
  for (const batch of batches(tables.filter(({ isPartitioned }) => !isPartitioned))) {
    const found = await digestTogether(session, batch, methodOf);
    digests.push(...(found ?? []));
    for (const table of found === undefined ? batch : []) {
      const one = await digestAlone(session, table, methodOf, mayWait);
      if (one === 'busy') busy.push(table);
      else if (one === 'refused') refused.push(table);
      else digests.push(...one);
    }
    bytesDone += sizeOf(batch);
    onProgress(bytesDone);
  }
  return { digests, busy, refused };
}

type Outcome = readonly ContentDigest[] | 'busy' | 'refused';

/** Undefined where they must be read one by one. */
async function digestTogether(
  session: Session,
  batch: readonly Table[],
  methodOf: MethodOf,
): Promise<readonly ContentDigest[] | undefined> {
  if (batch.some(({ root }) => needsPath(methodOf(root)))) return undefined;
  const outcome = await digestOnce(session, batch, methodOf);
  return typeof outcome === 'string' ? undefined : outcome;
}

/** What cannot be planned with an empty search path may be with all schemas in it. */
async function digestAlone(
  session: Session,
  table: Table,
  methodOf: MethodOf,
  mayWait: () => boolean,
): Promise<Outcome> {
  const outcome = await digestPatiently(session, table, methodOf, mayWait);
  if (outcome !== 'refused' || needsPath(methodOf(table.root))) return outcome;
  return digestPatiently(session, table, (content) => withPath(methodOf(content)), mayWait);
}

async function digestPatiently(
  session: Session,
  table: Table,
  methodOf: MethodOf,
  mayWait: () => boolean,
): Promise<Outcome> {
  for (;;) {
    const waits = mayWait();
    const outcome = await digestOnce(session, [table], methodOf);
    if (outcome !== 'busy' || !waits) return outcome;
  }
}

/** Busy: a lock could not be had in time (`lock_timeout`), such as that of an index that is rebuilt. */
async function digestOnce(
  session: Session,
  batch: readonly Table[],
  methodOf: MethodOf,
): Promise<Outcome> {
  const all = batch.some(({ root }) => needsPath(methodOf(root)));
  try {
    return await releasingLocks(session, async () => {
      if (all) await session.execute(SEE_ALL_SCHEMAS); // until the rollback
      return digestBatch(session, batch, methodOf);
    });
  } catch (error) {
    if (isBusy(error)) return 'busy';
    if (isUnplannable(error)) return 'refused';
    throw error;
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
