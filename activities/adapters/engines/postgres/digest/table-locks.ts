import { setTimeout as sleep } from 'node:timers/promises';
import { AdapterError } from '../../../../ports/adapter-error';
import { literal } from '../connect/quoting';
import type { Session } from '../connect/session';
import { isBusy, isGone } from './busy';
import type { Table } from './tables';

/*
 * Two sessions that each lock all tables can stand in each other's way, though their locks agree: whoever asks for an
 * exclusive lock (TRUNCATE, ALTER TABLE) between the two waits for the first, and the second waits for him. So pg_dump is the
 * first, and we come right behind it: who stands between us waits for pg_dump, as he would without us, and the one who has to
 * give up is we.
 */

/** Tables named in one LOCK statement. */
const GROUP_TABLES = 500;

const ASK_EVERY_MILLISECONDS = 2;

/** OIDs below are of the system's own tables, which pg_dump reads from its beginning. */
const FIRST_OID_OF_USERS = 16_384;

export interface LockedTables {
  /** In the order of their locks. A rollback to a group's savepoint gives them back, with those of all later groups. */
  readonly groups: readonly { readonly savepoint: string; readonly tables: readonly Table[] }[];
  /** Somebody waits for these, in front of us. */
  readonly contested: readonly Table[];
}

/**
 * Locks tables as weakly as pg_dump does, in its order, as soon as the other session of our name asks for its first one.
 * Throws: ResourceBusy (a table is gone or was renamed meanwhile: pg_dump will not find it either)
 */
export async function lockLikeDump(
  session: Session,
  tables: readonly Table[],
  applicationName: string,
  begun: Promise<unknown>,
): Promise<LockedTables> {
  const groups: LockedTables['groups'][number][] = [];
  const contested: Table[] = [];
  if (tables.length > 0) await untilDumpLocks(session, applicationName, begun);
  for (let start = 0; start < tables.length; start += GROUP_TABLES) {
    const group = tables.slice(start, start + GROUP_TABLES);
    const savepoint = `group${groups.length}`;
    await session.execute(`savepoint ${savepoint}`);
    const refused = (await canLock(session, group)) ? [] : await lockOneByOne(session, group);
    contested.push(...refused);
    groups.push({ savepoint, tables: group.filter((table) => !refused.includes(table)) });
  }
  return { groups, contested };
}

async function untilDumpLocks(
  session: Session,
  applicationName: string,
  begun: Promise<unknown>,
): Promise<void> {
  const wait = new AbortController();
  const over = (): void => {
    wait.abort();
  };
  begun.then(over, over);
  while (!wait.signal.aborted) {
    const [locks] = await session.execute(
      `select exists (
         select from pg_catalog.pg_locks l
         join pg_catalog.pg_stat_activity a on a.pid = l.pid
         join pg_catalog.pg_database d on d.oid = l.database and d.datname = current_database()
         where l.locktype = 'relation' and l.relation::int8 >= ${FIRST_OID_OF_USERS}
           and a.application_name = ${literal(applicationName)} and a.pid <> pg_backend_pid())
       from pg_catalog.pg_stat_clear_snapshot()`,
    );
    if (locks === 't') return;
    await sleep(ASK_EVERY_MILLISECONDS);
  }
}

async function lockOneByOne(session: Session, tables: readonly Table[]): Promise<Table[]> {
  const refused: Table[] = [];
  for (const table of tables)
    if (!(await canLock(session, [table], ' nowait'))) refused.push(table);
  return refused;
}

async function canLock(session: Session, tables: readonly Table[], nowait = ''): Promise<boolean> {
  const names = tables.map(({ name }) => `only ${name}`).join(', ');
  await session.execute('savepoint lock');
  try {
    await session.execute(`lock table ${names} in access share mode${nowait}`);
    await session.execute('release savepoint lock');
    return true;
  } catch (error) {
    if (isGone(error)) throw goneMeanwhile(error);
    if (!isBusy(error)) throw error;
    await session.execute('rollback to savepoint lock');
    await session.execute('release savepoint lock');
    return false;
  }
}

function goneMeanwhile(cause: unknown): AdapterError {
  const message = 'A table was dropped or renamed between the snapshot and the lock';
  return new AdapterError('ResourceBusy', message, {}, { cause });
}
