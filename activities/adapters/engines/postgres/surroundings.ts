import { z } from 'zod';
import type { Json } from '../../../../workflows/model/recovery-point';
import { literal } from './connect/quoting';
import { queryRows, type Session } from './connect/session';

/*
 * What belongs to a database and is not in it: a dump of its content does not restore it, and the database that takes
 * its place must have it.
 */

const surroundingsSchema = z.object({
  encoding: z.string(),
  collate: z.string(),
  ctype: z.string(),
  /** `c`, `i` or `b`, as in pg_database. */
  provider: z.string(),
  locale: z.string().nullable(),
  icuRules: z.string().nullable(),
  /** Null for the server's default. */
  tablespace: z.string().nullable(),
  owner: z.string(),
  connectionLimit: z.number(),
  /** Not in manifests of before 2026-11-29. */
  isTemplate: z.boolean().default(false),
  comment: z.string().nullable(),
  /** Null where nothing was ever granted or revoked. A grantee of null is PUBLIC. */
  rights: z
    .array(
      z.object({ grantee: z.string().nullable(), right: z.string(), isGrantable: z.boolean() }),
    )
    .nullable(),
  /** A role of null stands for all roles. */
  settings: z.array(z.object({ role: z.string().nullable(), name: z.string(), value: z.string() })),
});

/** Plain JSON: it is kept in the manifest. */
export type Surroundings = z.infer<typeof surroundingsSchema>;

/** What a manifest holds, by whichever version it was written; undefined when it cannot be understood. */
export function parseSurroundings(recorded: Json): Surroundings | undefined {
  return surroundingsSchema.safeParse(recorded).data;
}

/** Of a database of this server; undefined when there is none of that name. */
export async function readSurroundings(
  session: Session,
  database: string,
): Promise<Surroundings | undefined> {
  const { major } = session;
  const [found] = await queryRows<Surroundings>(
    session,
    `select pg_catalog.pg_encoding_to_char(d.encoding) as encoding, d.datcollate as collate,
            d.datctype as ctype, ${major >= 15 ? 'd.datlocprovider' : `'c'`} as provider,
            ${major >= 17 ? 'd.datlocale' : major >= 15 ? 'd.daticulocale' : 'null'} as locale,
            ${major >= 16 ? 'd.daticurules' : 'null'} as "icuRules",
            case d.dattablespace when t.dattablespace then null
              else (select spcname from pg_catalog.pg_tablespace s where s.oid = d.dattablespace)
            end as tablespace,
            pg_catalog.pg_get_userbyid(d.datdba) as owner, d.datconnlimit as "connectionLimit",
            d.datistemplate as "isTemplate",
            pg_catalog.shobj_description(d.oid, 'pg_database') as comment,
            case when d.datacl is not null then ${RIGHTS} end as rights, ${SETTINGS} as settings
     from pg_catalog.pg_database d
     join pg_catalog.pg_database t on t.datname = 'template0'
     where d.datname = ${literal(database)}`,
  );
  return found;
}

const RIGHTS = `(
  select coalesce(json_agg(json_build_object(
    'grantee', case a.grantee when 0 then null else pg_catalog.pg_get_userbyid(a.grantee) end,
    'right', a.privilege, 'isGrantable', a.grantable) order by a.place), '[]')
  from pg_catalog.aclexplode(d.datacl)
    with ordinality a (grantor, grantee, privilege, grantable, place))`;

const SETTINGS = `(
  select coalesce(json_agg(json_build_object(
    'role', case s.setrole when 0 then null else pg_catalog.pg_get_userbyid(s.setrole) end,
    'name', split_part(c.setting, '=', 1),
    'value', substr(c.setting, strpos(c.setting, '=') + 1)) order by s.setrole, c.place), '[]')
  from pg_catalog.pg_db_role_setting s, unnest(s.setconfig) with ordinality c (setting, place)
  where s.setdatabase = d.oid)`;
