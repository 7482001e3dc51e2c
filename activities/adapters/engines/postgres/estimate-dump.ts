import { queryRows, type Session } from './connect/session';

/**
 * What a dump of the connected database is likely to have, in octets: each table's rows as text, going by the server's own
 * statistics; what is stored outside of rows by its size; a table without statistics by its size. Indexes are not dumped.
 */
export async function estimateDump(session: Session): Promise<number> {
  const [found] = await queryRows<{ bytes: string | number | null }>(session, ESTIMATE);
  return Math.round(Number(found?.bytes ?? 0));
}

/** An uncompressed archive has its length before each row. */
const ROW_HEAD_BYTES = 5;

/** Octets of a value as text: types of a fixed size have the same for every value, or nearly; a bytea two for each, in hexadecimal. */
const TEXT_WIDTH = `case t.typname
  when 'bool' then 1 when 'int2' then 4 when 'int4' then 6 when 'int8' then 8
  when 'float4' then 8 when 'float8' then 16 when 'date' then 10 when 'time' then 15
  when 'timestamp' then 26 when 'timestamptz' then 29 when 'uuid' then 36
  when 'bytea' then 2 * s.avg_width + 2 else s.avg_width end`;

const ESTIMATE = `
select sum(case when widths.bytes is null or c.reltuples <= 0 then pg_catalog.pg_relation_size(c.oid)
                else c.reltuples::pg_catalog.float8 * widths.bytes end
           + case when c.reltoastrelid = 0 then 0 else pg_catalog.pg_relation_size(c.reltoastrelid) end) as bytes
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join lateral (
  select ${ROW_HEAD_BYTES} + sum((1 - s.null_frac) * (${TEXT_WIDTH}) + s.null_frac * 2 + 1) as bytes
  from pg_catalog.pg_stats s
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = s.attname
  join pg_catalog.pg_type t on t.oid = a.atttypid
  where s.schemaname = n.nspname and s.tablename = c.relname and not s.inherited
) widths on true
where (c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') and c.relpersistence <> 't')
   or c.oid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass`;
