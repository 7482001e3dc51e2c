import { formatCount } from '../../../../../workflows/model/format-count';
import { AdapterError } from '../../../../ports/adapter-error';
import type { OnProgress } from '../../../../ports/attempt';
import type { Access } from '../connect/access';
import { reportingWork } from '../connect/report-work';
import { onDatabase } from '../connect/server-sessions';
import { queryRows, type Session } from '../connect/session';

/** Named in a message. */
const NAMED = 5;

interface Counts {
  readonly tables: number;
  readonly indexes: number;
  readonly constraints: number;
}

/** Whether anything in a database is half made. Throws: VerificationFailed */
export function checkStructure(access: Access, database: string): Promise<string> {
  return onDatabase(access, database, async (session) => {
    refuse(
      'is invalid',
      await session.execute(
        `select i.indexrelid::regclass::text from pg_catalog.pg_index i
         where not (i.indisvalid and i.indisready) order by 1`,
      ),
    );
    const [counts] = await queryRows<Counts>(
      session,
      `select (select count(*)::int from pg_catalog.pg_class c where c.relkind in ('r', 'p') and ${OWN}) as tables,
              (select count(*)::int from pg_catalog.pg_class c where c.relkind in ('i', 'I') and ${OWN}) as indexes,
              (select count(*)::int from pg_catalog.pg_constraint c where c.connamespace not in (${SYSTEM})) as constraints`,
    );
    const { tables = 0, indexes = 0, constraints = 0 } = counts ?? {};
    const all = [
      formatCount(tables, 'table'),
      formatCount(indexes, 'index', 'indexes'),
      formatCount(constraints, 'constraint'),
    ];
    return `${all.join(', ')}; none is half made`;
  });
}

const SYSTEM = `select oid from pg_catalog.pg_namespace where nspname in ('pg_catalog', 'information_schema', 'pg_toast')`;
const OWN = `c.relnamespace not in (${SYSTEM})`;

/**
 * PostgreSQL's own check of what it has stored: every B-tree's order, and from 14 on every row's header, by the extension
 * amcheck, which is what `pg_amcheck` runs. A server that has it not is told of.
 * Throws: VerificationFailed (what is corrupt)
 */
export function checkIntegrity(
  access: Access,
  database: string,
  onProgress: OnProgress,
): Promise<string> {
  return reportingWork(
    access,
    onProgress,
    onDatabase(access, database, async (session) => {
      const [available] = await session.execute(
        `select default_version from pg_catalog.pg_available_extensions where name = 'amcheck'`,
      );
      if (available === undefined) return 'not checked: this server has no amcheck';
      await session.execute('create schema pawl_amcheck');
      await session.execute('create extension if not exists amcheck schema pawl_amcheck');
      const [schema = 'pawl_amcheck'] = await session.execute(
        `select e.extnamespace::regnamespace::text from pg_catalog.pg_extension e where e.extname = 'amcheck'`,
      );
      const heaps = session.major >= 14 ? await checkHeaps(session, schema) : 0;
      const indexes = await checkIndexes(session, schema);
      await session.execute('drop schema pawl_amcheck cascade');
      return `amcheck: ${formatCount(heaps, 'table')}, ${indexes} B-trees`;
    }),
  );
}

async function checkHeaps(session: Session, schema: string): Promise<number> {
  const tables = await session.execute(
    `select c.oid::text from pg_catalog.pg_class c join pg_catalog.pg_am a on a.oid = c.relam
     where c.relkind in ('r', 'm', 't') and a.amname = 'heap' and c.relpersistence <> 't'`,
  );
  for (const table of tables) {
    const found = await session.execute(
      `select ${table}::oid::regclass || ': ' || h.msg from ${schema}.verify_heapam(${table}::oid::regclass) h limit 10`,
    );
    refuse('', found);
  }
  return tables.length;
}

/** What it finds it throws, as the server's error. */
async function checkIndexes(session: Session, schema: string): Promise<number> {
  const indexes = await session.execute(
    `select i.indexrelid::text from pg_catalog.pg_index i
       join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_am a on a.oid = c.relam
     where a.amname = 'btree' and c.relkind = 'i' and i.indisvalid and c.relpersistence <> 't'`,
  );
  for (const index of indexes) {
    await session
      .execute(`select ${schema}.bt_index_check(${index}::oid::regclass, true)::text`)
      .catch((error: unknown) => {
        throw asFound(error);
      });
  }
  return indexes.length;
}

/** XX001 and XX002, data and index corrupted. */
function asFound(error: unknown): unknown {
  if (!(error instanceof AdapterError) || error.kind !== 'CommandFailed') return error;
  return new AdapterError('VerificationFailed', error.message, error.evidence, { cause: error });
}

function refuse(what: string, found: readonly string[]): void {
  if (found.length === 0) return;
  const more = found.length > NAMED ? ` and ${found.length - NAMED} more` : '';
  const text = `${found.slice(0, NAMED).join(', ')}${more} ${what}`.trim();
  throw new AdapterError('VerificationFailed', text);
}
