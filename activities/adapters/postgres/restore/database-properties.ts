import { identifier, literal } from '../connect/quoting';
import { queryRows, type Session } from '../connect/session';

/*
 * What belongs to a database and is not in it: a dump of its content does not restore it, and the database that takes
 * its place must have it.
 */

interface Locale {
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  readonly provider: string;
  readonly locale: string | null;
  readonly tablespace: string | null;
}

/**
 * How CREATE DATABASE makes an empty database like the first of `models` that exists: its encoding, locale and
 * tablespace; the server's defaults where none does.
 */
export async function createOptions(session: Session, models: readonly string[]): Promise<string> {
  for (const model of models) {
    const locale = await localeOf(session, model);
    if (locale !== undefined) return `template template0 ${localeOptions(locale)}`;
  }
  return 'template template0';
}

function localeOptions({ encoding, collate, ctype, ...rest }: Locale): string {
  const locale = literal(rest.locale ?? '');
  const providers: Readonly<Record<string, string>> = {
    i: `locale_provider icu icu_locale ${locale}`,
    b: `locale_provider builtin builtin_locale ${locale}`,
  };
  return [
    `encoding ${literal(encoding)} lc_collate ${literal(collate)} lc_ctype ${literal(ctype)}`,
    providers[rest.provider] ?? '',
    // Naming the default one needs a right on it that few roles have.
    rest.tablespace === null ? '' : `tablespace ${identifier(rest.tablespace)}`,
  ].join(' ');
}

async function localeOf(session: Session, database: string): Promise<Locale | undefined> {
  const { major } = session;
  const locale = major >= 17 ? 'd.datlocale' : major >= 15 ? 'd.daticulocale' : 'null';
  const [found] = await queryRows<Locale>(
    session,
    `select pg_catalog.pg_encoding_to_char(d.encoding) as encoding, d.datcollate as collate,
            d.datctype as ctype, ${major >= 15 ? 'd.datlocprovider' : `'c'`} as provider,
            ${locale} as locale,
            case d.dattablespace when t.dattablespace then null
              else (select spcname from pg_catalog.pg_tablespace s where s.oid = d.dattablespace)
            end as tablespace
     from pg_catalog.pg_database d
     join pg_catalog.pg_database t on t.datname = 'template0'
     where d.datname = ${literal(database)}`,
  );
  return found;
}

/** Statements that give `copy` what `original` has of its own: owner, rights, settings, limits and comment. */
export async function copyProperties(
  session: Session,
  original: string,
  copy: string,
): Promise<string[]> {
  const [facts] = await queryRows<{ owner: string; limit: number; comment: string | null }>(
    session,
    `select pg_catalog.pg_get_userbyid(datdba) as owner, datconnlimit as limit,
            pg_catalog.shobj_description(oid, 'pg_database') as comment
     from pg_catalog.pg_database where datname = ${literal(original)}`,
  );
  if (facts === undefined) return [];
  const name = identifier(copy);
  return [
    `alter database ${name} owner to ${identifier(facts.owner)}`,
    `alter database ${name} connection limit ${facts.limit}`,
    `comment on database ${name} is ${facts.comment === null ? 'null' : literal(facts.comment)}`,
    ...(await copyRights(session, original, copy)),
    ...(await copySettings(session, original, copy)),
  ];
}

async function copyRights(session: Session, original: string, copy: string): Promise<string[]> {
  const rights = await queryRows<{ grantee: string | null; right: string; option: string }>(
    session,
    `select case a.grantee when 0 then null else pg_catalog.pg_get_userbyid(a.grantee) end as grantee,
            a.privilege_type as right, case when a.is_grantable then ' with grant option' else '' end as option
     from pg_catalog.pg_database d, pg_catalog.aclexplode(d.datacl) a
     where d.datname = ${literal(original)}`,
  );
  if (rights.length === 0) return []; // never granted nor revoked: the new one is so too
  const name = identifier(copy);
  const grants = rights.map(
    ({ grantee, right, option }) =>
      `grant ${right} on database ${name} to ${grantee === null ? 'public' : identifier(grantee)}${option}`,
  );
  return [`revoke all on database ${name} from public`, ...grants];
}

async function copySettings(session: Session, original: string, copy: string): Promise<string[]> {
  const settings = await queryRows<{ role: string | null; setting: string }>(
    session,
    `select r.rolname as role, unnest(s.setconfig) as setting
     from pg_catalog.pg_db_role_setting s
     join pg_catalog.pg_database d on d.oid = s.setdatabase
     left join pg_catalog.pg_roles r on r.oid = s.setrole
     where d.datname = ${literal(original)}`,
  );
  return settings.map(({ role, setting }) => {
    const equals = setting.indexOf('=');
    const [name, value] = [setting.slice(0, equals), setting.slice(equals + 1)];
    const subject =
      role === null
        ? `alter database ${identifier(copy)}`
        : `alter role ${identifier(role)} in database ${identifier(copy)}`;
    return `${subject} set ${identifier(name)} to ${settingValue(name, value)}`;
  });
}

/** Settings that PostgreSQL stores as a list of quoted names. Source: `variable_is_guc_list_quote` in its dumputils.c */
const LISTS = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

export function settingValue(name: string, value: string): string {
  if (!LISTS.has(name.toLowerCase())) return literal(value);
  const names = value.match(/"(?:[^"]|"")*"|[^",\s]+/g) ?? [];
  const plain = names.map((item) =>
    item.startsWith('"') ? item.slice(1, -1).replaceAll('""', '"') : item,
  );
  return plain.map(literal).join(', ') || `''`;
}
