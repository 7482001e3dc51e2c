import type { ContentDigest } from '../../../../workflows/model/recovery-point';
import { AdapterError } from '../../../adapter-error';
import type { OnProgress } from '../../../ports';
import { digestLargeObjects } from './large-objects';
import { readSequences, restoredSequenceDigests, sequenceDigests } from './sequences';
import type { Session } from '../connect/session';
import { expectedMethod, ownMethod } from './method';
import { digestTables } from './table-digest';
import { listTables, type Table } from './tables';

/** A wait for a lock keeps other sessions waiting behind us: better to give up and come again. */
export const LOCK_WAIT_SECONDS = 30;

/** Tables named in one LOCK statement. */
const LOCK_BATCH = 500;
const LOCK_TRIES = 3;

/** One instant of a database, held by an open transaction: pg_dump and the digests see the same rows. */
export interface HeldSnapshot {
  /** For `pg_dump --snapshot`. */
  readonly id: string;
  /** Counts and digests everything at this instant. Once. */
  digest(onProgress: OnProgress): Promise<ContentDigest[]>;
  /** Where the sequences stood while pg_dump ran: call it when pg_dump has ended. */
  sequencesUntilNow(): Promise<ContentDigest[]>;
  release(): Promise<void>;
}

/**
 * Locks every table before the snapshot is taken, as weakly as pg_dump does, and holds the locks until the end: a
 * TRUNCATE between pg_dump and the digests would show even this snapshot an empty table.
 * Source: PostgreSQL manual, LOCK: in a REPEATABLE READ transaction lock before the first query
 */
export async function holdSnapshot(session: Session): Promise<HeldSnapshot> {
  const locked = await lockTables(session);
  const [id] = await session.execute('select pg_catalog.pg_export_snapshot()');
  if (id === undefined) throw new AdapterError('InternalError', 'PostgreSQL exported no snapshot');
  const tables = await listTables(session);
  await lock(
    session,
    tables.filter(({ name }) => !locked.has(name)), // created in between
  );
  const before = await readSequences(session);
  const methodOf = ownMethod(session.major);
  return {
    id,
    digest: async (onProgress) => [
      ...(await digestTables(session, tables, methodOf, onProgress)),
      ...(await digestLargeObjects(session, methodOf)),
    ],
    sequencesUntilNow: async () => sequenceDigests(before, await readSequences(session)),
    release: async () => {
      await session.execute('commit');
    },
  };
}

/** Counts and digests a restored database that nobody else writes, if the dump was: else there is nothing to compare. */
export async function digestRestored(
  session: Session,
  expected: readonly ContentDigest[],
  onProgress: OnProgress,
): Promise<ContentDigest[]> {
  if (expected.length === 0) return [];
  const methodOf = expectedMethod(expected, session.major);
  await session.execute('begin isolation level repeatable read read only');
  const digests = [
    ...(await digestTables(session, await listTables(session), methodOf, onProgress)),
    ...(await digestLargeObjects(session, methodOf)),
    ...restoredSequenceDigests(await readSequences(session), expected),
  ];
  await session.execute('commit');
  return digests;
}

/** Begins the transaction and locks what is there; tables may vanish between the list and the lock. */
async function lockTables(session: Session): Promise<ReadonlySet<string>> {
  for (let tries = 1; ; tries += 1) {
    const tables = await listTables(session);
    await session.execute('begin isolation level repeatable read read only');
    await session.execute(`set local lock_timeout = '${LOCK_WAIT_SECONDS}s'`);
    // One process is ahead of pg_dump, and more would only take its cores: measured 1.6 s of CPU instead of 2.4.
    await session.execute('set local max_parallel_workers_per_gather = 0');
    try {
      await lock(session, tables);
      return new Set(tables.map(({ name }) => name));
    } catch (error) {
      if (tries === LOCK_TRIES || !isGone(error)) throw error;
      await session.execute('rollback');
    }
  }
}

async function lock(session: Session, tables: readonly Table[]): Promise<void> {
  for (let start = 0; start < tables.length; start += LOCK_BATCH) {
    const names = tables.slice(start, start + LOCK_BATCH).map(({ name }) => `only ${name}`);
    await session.execute(`lock table ${names.join(', ')} in access share mode`);
  }
}

/** SQLSTATE 42P01 (undefined table) or 3F000 (undefined schema). */
function isGone(error: unknown): boolean {
  const evidence = error instanceof AdapterError ? (error.evidence.stderrTail ?? '') : '';
  return /^(42P01|3F000)/.test(evidence);
}
