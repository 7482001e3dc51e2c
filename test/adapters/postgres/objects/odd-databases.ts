import type { RestoreWish } from './beside-pg-dump';

/** A database that is odd by how it was made or what it holds. `copy` is what a plain restore's database is made with. */
export interface OddDatabase {
  readonly title: string;
  readonly name: string;
  /** For CREATE DATABASE. */
  readonly options: string;
  /** Run in it, after it was made. */
  readonly content: string;
  /** Run elsewhere, after that. */
  readonly settings: readonly string[];
  /** What the operator says to pawl's restore. */
  readonly wish?: RestoreWish;
}

const CONTENT = `
  create table things (id serial primary key, name text, at timestamptz default now(), b bytea, f float8, i interval);
  insert into things (name, at, b, f, i) select 'thing ' || g, timestamptz 'epoch' + g * interval '1 h', decode(md5(g::text), 'hex'),
    0.1::float8 * g, g * interval '1 d 2 h' from generate_series(1, 100) g;
  create view named as select name from things;
  create function f(int) returns text language plpgsql as $$ begin return E'it\\'s'; end $$`;

const odd = (
  title: string,
  overrides: Partial<OddDatabase> & { readonly settings?: readonly string[] } = {},
): OddDatabase => ({
  title,
  name: title.replace(/\W+/g, '_').slice(0, 40),
  options: 'template template0',
  content: CONTENT,
  settings: [],
  ...overrides,
});

/** Databases with a setting of their own; `DB` is the database's name. */
const withSettings = (title: string, ...settings: readonly string[]): OddDatabase =>
  odd(title, { settings: settings.map((setting) => `alter database DB set ${setting}`) });

const LATIN1_NAMES = `
  do $do$ begin
    execute convert_from('\\x637265617465207461626c652022636166e922202822e92220746578742c20732073657269616c29', 'SQL_ASCII');
    execute convert_from('\\x696e7365727420696e746f2022636166e922202822e922292076616c756573202827e9e8ff2729', 'SQL_ASCII');
  end $do$`;

const MARKS_ITS_ROWS = `
  create extension hstore; create table t (h hstore); insert into t values ('a=>1')`;

const NEEDS_A_PATH = `
  create table t as select 2 as n;
  create function helper(int) returns int language sql immutable as 'select $1 * 2';
  create function f(int) returns int language plpgsql immutable as 'begin return helper($1); end';
  create materialized view m as select f(n) from t`;

export const ODD_DATABASES: readonly OddDatabase[] = [
  odd('bytes of no encoding in rows and names: SQL_ASCII', {
    name: 'ascii',
    options: `template template0 encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C'`,
    content: LATIN1_NAMES,
  }),
  odd('encoding LATIN1', {
    options: `template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'`,
    content: `${CONTENT}; create table "café" as select 'naïve' as "é"`,
  }),
  odd('encoding EUC_JP', {
    options: `template template0 encoding 'EUC_JP' lc_collate 'C' lc_ctype 'C'`,
    content: `${CONTENT}; create table "日本" as select '東京' as "語"`,
  }),
  odd('locale of ICU', {
    options: `template template0 encoding 'UTF8' locale_provider icu icu_locale 'sv-SE'`,
  }),
  odd('locale C', { options: `template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'` }),
  odd('template', { settings: ['alter database DB is_template true'] }),
  odd('name of quotes, spaces and a URL', { name: `postgres://x" 'y\\z; -- 🙂` }),
  odd('name of 63 bytes', { name: `${'ü'.repeat(31)}x` }),
  odd('connection limit 0', { settings: ['alter database DB connection limit 0'] }),
  withSettings('reading only', 'default_transaction_read_only = on'),
  withSettings('search_path emptied', `search_path = ''`),
  odd('search_path emptied for the role', {
    settings: [`alter role USER in database DB set search_path = ''`],
  }),
  withSettings(
    // Shorter ones end pg_dump before it can set its own.
    'time limits of a second',
    `statement_timeout = '1s'`,
    `lock_timeout = '1s'`,
    `idle_in_transaction_session_timeout = '1s'`,
    `idle_session_timeout = '1s'`,
  ),
  odd('default_tablespace', {
    settings: [
      `set allow_in_place_tablespaces = on; create tablespace k_space location ''`,
      'alter database DB set default_tablespace = k_space',
    ],
    content: CONTENT,
  }),
  withSettings(
    'values printed otherwise',
    `bytea_output = 'escape'`,
    `datestyle = 'SQL, DMY'`,
    `intervalstyle = 'iso_8601'`,
    'extra_float_digits = -15',
    `timezone = 'Asia/Kathmandu'`,
    `xmlbinary = 'hex'`,
    `lc_numeric = 'C'`,
  ),
  withSettings(
    'strings with backslashes',
    'standard_conforming_strings = off',
    'escape_string_warning = off',
  ),
  withSettings('client_encoding LATIN1', `client_encoding = 'LATIN1'`),
  withSettings(
    'replica role, no checks',
    'session_replication_role = replica',
    'check_function_bodies = off',
  ),
  withSettings(
    'everything quoted',
    'quote_all_identifiers = on',
    'array_nulls = off',
    'transform_null_equals = on',
  ),
  withSettings(
    'serializable, parallel',
    `default_transaction_isolation = 'serializable'`,
    'max_parallel_workers_per_gather = 4',
    'min_parallel_table_scan_size = 0',
    'parallel_setup_cost = 0',
    'parallel_tuple_cost = 0',
  ),
  odd('row security forced', {
    content: `${CONTENT}; alter table things enable row level security; alter table things force row level security;
      create policy none on things using (false)`,
    settings: ['alter database DB set row_security = off'],
  }),
  odd('no schema public', {
    content: `drop schema public cascade; create schema app; create table app.t as select 1 as one`,
  }),
  odd('schema named as the server’s', {
    content: `create schema "pg toast"; create schema "Information_Schema"; create table "pg toast".t as select 1 as one;
      create table "Information_Schema"."tables" as select 2 as two`,
  }),
  odd('event trigger that forbids DDL', {
    content: `${CONTENT}; create function no() returns event_trigger language plpgsql as $$ begin raise 'no DDL here'; end $$;
      create event trigger forbid on ddl_command_start execute function no()`,
  }),
  odd('nothing in it', { content: '' }),
  odd('owned by a role that is no superuser', {
    content: `${CONTENT}; alter table things owner to k_owner; alter schema public owner to k_owner`,
    settings: [
      'alter database DB owner to k_owner',
      'revoke all on database DB from public',
      'grant connect on database DB to k_reader',
    ],
  }),
  odd('only large objects', {
    content: `select lo_from_bytea(0, decode(repeat('00ff', g * 1000), 'hex')) from generate_series(1, 20) g`,
  }),
  odd('extension in use', { content: MARKS_ITS_ROWS }),
  odd('a materialised view that needs a search_path', { content: NEEDS_A_PATH }),
  odd('the same, with `restore.searchPath: [public]`', {
    content: NEEDS_A_PATH,
    wish: { searchPath: ['public'] },
  }),
  odd('the same, with `--leave-out "materialized view data public.m"`', {
    content: NEEDS_A_PATH,
    wish: { leaveOut: ['materialized view data public.m'] },
  }),
];
