import { formatCount } from '../../../../../workflows/model/format-count';
import { literal } from '../connect/quoting';
import { queryRows, type Session } from '../connect/session';
import { ARRAY_TYPE, HASHABLE_TYPES } from './method';

/** A table that pg_dump locks. */
export interface Table {
  /** `schema.table`, quoted where needed: as it stands in SQL. */
  readonly name: string;
  /** Of a partition, the name of the topmost table that it is a part of; of all others, their own. */
  readonly root: string;
  /** Where the rows of a partitioned table are: in others. */
  readonly isPartitioned: boolean;
  readonly bytes: number;
  /** By name: a table that inherits may get its columns in another order when it is restored. */
  readonly columns: readonly Column[];
  /** An extension owns it, and says which of its rows are the user's. */
  readonly isOfExtension: boolean;
  /** What the extension says, as SQL that follows the table's name; '' for all rows. */
  readonly condition: string;
  /** Its rows cannot be read, nor saved: an unlogged table on a standby is empty. */
  readonly isEmptyHere: boolean;
}

export interface Column {
  readonly name: string;
  /** Of `HASHABLE_TYPES`, domains counting as what they are of; null for all others. */
  readonly type: string | null;
  /** A restore computes it anew, by what its functions are then. */
  readonly isGenerated: boolean;
}

const IS_OF_EXTENSION = `exists (
  select from pg_catalog.pg_depend d
  where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`;

/** Tables that a restore creates anew; what an extension owns comes with it. */
const OF_USERS = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and not ${IS_OF_EXTENSION}`;

/** Rows of a table, and the position of a sequence, that an extension has marked by pg_extension_config_dump(). */
const MARKED_BY_EXTENSION = `exists (
  select from pg_catalog.pg_extension e where c.oid = any (e.extconfig))`;

const ROOT = `case when c.relispartition then (
  with recursive above (oid) as (
    select i.inhparent from pg_catalog.pg_inherits i where i.inhrelid = c.oid
    union all
    select i.inhparent from above join pg_catalog.pg_inherits i on i.inhrelid = above.oid
  )
  select format('%I.%I', rn.nspname, r.relname)
  from above join pg_catalog.pg_class r on r.oid = above.oid
  join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
  where not r.relispartition limit 1
) end`;

/**
 * The tables whose rows pg_dump saves, and the partitioned ones, in the order in which pg_dump locks them. A materialised
 * view is rebuilt by a restore: it has no rows to save.
 * Source: PostgreSQL, src/bin/pg_dump/pg_dump.c: getTables, processExtensionTables, makeTableDataInfo
 */
export async function listTables(session: Session): Promise<Table[]> {
  const generated = session.major < 12 ? 'false' : `a.attgenerated <> ''`;
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
            coalesce(${ROOT}, format('%I.%I', n.nspname, c.relname)) as root,
            c.relkind = 'p' as "isPartitioned",
            coalesce(pg_catalog.pg_table_size(c.oid), 0) as bytes,
            (select coalesce(json_agg(json_build_object(
               'name', a.attname,
               'type', case when not ${nondeterministic(session)}
                            then (select h.type from hashable h where h.oid = a.atttypid limit 1) end,
               'isGenerated', ${generated}
             ) order by a.attname collate "C"), '[]')
             from pg_catalog.pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
            ${IS_OF_EXTENSION} as "isOfExtension",
            coalesce((select e.extcondition[array_position(e.extconfig, c.oid)]
                      from pg_catalog.pg_extension e where c.oid = any (e.extconfig) limit 1),
                     '') as condition,
            c.relpersistence = 'u' and pg_catalog.pg_is_in_recovery() as "isEmptyHere"
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and ((${OF_USERS}) or ${MARKED_BY_EXTENSION})
     order by c.oid`,
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
     where c.relkind = 'S' and ((${OF_USERS}) or ${MARKED_BY_EXTENSION})
       and not (c.relpersistence = 'u' and pg_catalog.pg_is_in_recovery())
     order by n.nspname collate "C", c.relname collate "C"`,
  );
  return rows.map(({ name }) => name);
}

/** Things named of one kind. */
const NAMED = 10;

/** What a dump has no rows of, in sentences. */
export async function withoutRows(session: Session, tables: readonly Table[]): Promise<string[]> {
  const kinds = await queryRows<{ kind: string; count: number }>(
    session,
    `select c.relkind as kind, count(*)::int as count
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('m', 'f') and ${OF_USERS} group by 1 order by 1`,
  );
  const empty = tables.filter(({ isEmptyHere }) => isEmptyHere).map(({ name }) => name);
  return [
    ...kinds.map(({ kind, count }) =>
      kind === 'm'
        ? `Saved as definitions and filled by the restore: ${formatCount(count, 'materialised view')}.`
        : `Saved as definitions, without the rows of the other server: ${formatCount(count, 'foreign table')}.`,
    ),
    ...told('Saved without rows, as a standby has none of unlogged tables', empty),
  ];
}

/** What of a table's rows has no digest, in sentences. */
export function withoutDigest(tables: readonly Table[]): string[] {
  const generated = tables
    .filter(({ name, root }) => name === root)
    .flatMap(({ name, columns }) =>
      columns.filter(({ isGenerated }) => isGenerated).map((column) => `${name}.${column.name}`),
    );
  return told('Recomputed by a restore, and not compared', generated);
}

/** One sentence, or none. */
export function told(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return [`${what}: ${names.slice(0, NAMED).join(', ')}${more}.`];
}
