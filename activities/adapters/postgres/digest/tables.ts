import { formatCount } from '../../../../workflows/model/format-count';
import { literal } from '../connect/quoting';
import { queryRows, type Session } from '../connect/session';
import { ARRAY_TYPE, HASHABLE_TYPES } from './method';

/** A table whose rows pg_dump saves. */
export interface Table {
  /** `schema.table`, quoted where needed: as it stands in SQL. */
  readonly name: string;
  readonly bytes: number;
  /** By name: a table that inherits may get its columns in another order when it is restored. */
  readonly columns: readonly {
    readonly name: string;
    /** Of `HASHABLE_TYPES`, domains counting as what they are of; null for all others. */
    readonly type: string | null;
  }[];
}

/** Tables that a restore creates anew; what an extension owns comes with it. */
const OF_USERS = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (
    select from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`;

/** Ordinary tables and leaf partitions, by name. A materialised view is rebuilt by a restore: it has no rows to save. */
export async function listTables(session: Session): Promise<Table[]> {
  return queryRows<Table>(
    session,
    `with recursive hashable (oid, array_oid, type) as (
       select t.oid, t.typarray, t.typname from pg_catalog.pg_type t
       where t.typnamespace = 'pg_catalog'::regnamespace
         and t.typname = any (array[${HASHABLE_TYPES.map(literal).join(', ')}])
       union
       select t.oid, t.typarray, case t.typtype when 'd' then h.type else '${ARRAY_TYPE}' end
       from pg_catalog.pg_type t
       join hashable h on t.oid = h.array_oid or (t.typtype = 'd' and t.typbasetype = h.oid)
     )
     select format('%I.%I', n.nspname, c.relname) as name,
            pg_catalog.pg_table_size(c.oid) as bytes,
            (select coalesce(json_agg(json_build_object(
               'name', a.attname,
               'type', case when not ${nondeterministic(session)}
                            then (select h.type from hashable h where h.oid = a.atttypid limit 1) end
             ) order by a.attname collate "C"), '[]')
             from pg_catalog.pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and ${OF_USERS}
     order by n.nspname collate "C", c.relname collate "C"`,
  );
}

/** Under such a collation different texts are equal, and their hashes depend on ICU's version. */
function nondeterministic({ major }: Session): string {
  return major < 12
    ? 'false'
    : `exists (select from pg_catalog.pg_collation l
               where l.oid = a.attcollation and not l.collisdeterministic)`;
}

export async function listSequences(session: Session): Promise<string[]> {
  const rows = await queryRows<{ name: string }>(
    session,
    `select format('%I.%I', n.nspname, c.relname) as name
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'S' and ${OF_USERS}
     order by n.nspname collate "C", c.relname collate "C"`,
  );
  return rows.map(({ name }) => name);
}

/** What a dump has no digest of, in sentences. */
export async function undigested(session: Session): Promise<string[]> {
  const kinds = await queryRows<{ kind: string; count: number }>(
    session,
    `select c.relkind as kind, count(*)::int as count
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('m', 'f') and ${OF_USERS} group by 1 order by 1`,
  );
  return kinds.map(({ kind, count }) =>
    kind === 'm'
      ? `Saved as definitions and filled by the restore: ${formatCount(count, 'materialised view')}.`
      : `Saved as definitions, without the rows of the other server: ${formatCount(count, 'foreign table')}.`,
  );
}
