import { identifier, literal } from '../connect/quoting';
import type { Session } from '../connect/session';
import { readSurroundings, type Surroundings } from '../surroundings';

/** One statement, and what a person calls that which it sets. */
export interface Property {
  readonly what: string;
  readonly statement: string;
}

/**
 * How CREATE DATABASE makes an empty database: first exactly like the model, then ever less like it, for a server that
 * has not what the model needs; `lacks` says what is missing then.
 */
export function createOptions(
  model: Surroundings | undefined,
): readonly { readonly options: string; readonly lacks: readonly string[] }[] {
  if (model === undefined) return [{ options: 'template template0', lacks: [] }];
  const encoding = `template template0 encoding ${literal(model.encoding)}`;
  const locale = `${encoding} ${localeOptions(model)}`;
  const tablespace = model.tablespace === null ? '' : identifier(model.tablespace);
  const place = tablespace === '' ? [] : [`tablespace ${tablespace}`];
  const all = [...place, `locale ${model.locale ?? model.collate}`];
  return [
    // Naming the default tablespace needs a right on it that few roles have.
    { options: [locale, ...place].join(' '), lacks: [] },
    { options: locale, lacks: place },
    { options: encoding, lacks: all },
    { options: `${encoding} lc_collate 'C' lc_ctype 'C'`, lacks: all }, // fits any encoding
  ];
}

function localeOptions({ collate, ctype, provider, ...rest }: Surroundings): string {
  const locale = literal(rest.locale ?? '');
  const rules = rest.icuRules === null ? '' : `icu_rules ${literal(rest.icuRules)}`;
  const providers: Readonly<Record<string, string>> = {
    i: `locale_provider icu icu_locale ${locale} ${rules}`,
    b: `locale_provider builtin builtin_locale ${locale}`,
  };
  return `lc_collate ${literal(collate)} lc_ctype ${literal(ctype)} ${providers[provider] ?? ''}`;
}

/** What gives a database its owner, limit, rights and settings; not its comment, which a restore uses for itself. */
export function propertiesOf(
  { owner, connectionLimit, isTemplate, rights, settings }: Surroundings,
  database: string,
): readonly Property[] {
  const name = identifier(database);
  return [
    {
      what: `owner ${identifier(owner)}`,
      statement: `alter database ${name} owner to ${identifier(owner)}`,
    },
    {
      what: `connection limit ${connectionLimit}`,
      statement: `alter database ${name} connection limit ${connectionLimit}`,
    },
    ...(isTemplate
      ? [{ what: 'being a template', statement: `alter database ${name} is_template true` }]
      : []),
    ...(rights === null ? [] : rightsOf(rights, owner, name)),
    ...settings.map((setting) => settingOf(setting, name)),
  ];
}

function rightsOf(
  rights: NonNullable<Surroundings['rights']>,
  owner: string,
  name: string,
): Property[] {
  const revoke = (role: string): Property => ({
    what: `revoked rights of ${role}`,
    statement: `revoke all on database ${name} from ${role}`,
  });
  return [
    revoke('public'),
    ...(hasAllRights(rights, owner) ? [] : [revoke(identifier(owner))]),
    ...rights.map(({ grantee, right, isGrantable }) => {
      const role = grantee === null ? 'public' : identifier(grantee);
      const option = isGrantable ? ' with grant option' : '';
      return {
        what: `right ${right} of ${role}`,
        statement: `grant ${right} on database ${name} to ${role}${option}`,
      };
    }),
  ];
}

/** As an owner has them from the beginning. */
function hasAllRights(rights: NonNullable<Surroundings['rights']>, owner: string): boolean {
  return ['CREATE', 'TEMPORARY', 'CONNECT'].every((wanted) =>
    rights.some(({ grantee, right }) => grantee === owner && right === wanted),
  );
}

function settingOf({ role, name, value }: Surroundings['settings'][number], on: string): Property {
  const [whose, subject] =
    role === null
      ? ['', `alter database ${on}`]
      : [` of role ${identifier(role)}`, `alter role ${identifier(role)} in database ${on}`];
  return {
    what: `setting ${name}${whose}`,
    statement: `${subject} set ${identifier(name)} to ${settingValue(name, value)}`,
  };
}

/** Statements that give `copy` what `original` has of its own. */
export async function copyProperties(
  session: Session,
  original: string,
  copy: string,
): Promise<string[]> {
  const surroundings = await readSurroundings(session, original);
  if (surroundings === undefined) return [];
  const { comment } = surroundings;
  return [
    `comment on database ${identifier(copy)} is ${comment === null ? 'null' : literal(comment)}`,
    ...propertiesOf(surroundings, copy).map(({ statement }) => statement),
  ];
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
