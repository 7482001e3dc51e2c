/** A kind of object that a database may hold. */
export interface Kind {
  readonly title: string;
  /** Makes some of it: in the schema `k`, or with a name that begins with it. */
  readonly sql: (k: string) => string;
}

const kind = (title: string, sql: Kind['sql']): Kind => ({ title, sql });

/** Every kind of object of PostgreSQL 15 that its own programs and extensions can make. */
export const KINDS: readonly Kind[] = [
  kind(
    'table with defaults, checks and values of many types',
    (k) => `
      create table ${k}.t (
        id int primary key, j json default '{"a": 1}', b jsonb, x xml, a text[][] default '{{a,b},{c,"d,"}}', n numeric,
        f float8, i interval, ts timestamptz default 'infinity', d date, bits bit varying, p polygon, c circle, v tsvector,
        q tsquery, u uuid, m money, net inet, mac macaddr8, bin bytea, lsn pg_lsn, check (n is null or n > 0));
      insert into ${k}.t values (1, '{"b": [1, 2]}', '{"b": null}', '<a b="c"/>', default, 1e100, 'NaN', '1 year 2 days 3 sec',
        '2026-01-01 01:02:03.456789+05', '-infinity', b'10101', '((0,0),(1,1),(2,0))', '<(1,2),3>', 'a:1 b:2', 'a & b',
        '00000000-0000-0000-0000-000000000001', 12.34, '10.0.0.0/8', '08:00:2b:01:02:03:04:05', '\\x00ff', '1/2');
      insert into ${k}.t (id, f, bin) values (2, 0.1::float8 + 0.2, E'line\\nbreak\\ttab'), (3, '-Infinity', '')`,
  ),
  kind(
    'keys, unique and foreign',
    (k) => `
      create table ${k}.a (id int primary key, v text unique, w int, constraint w_once unique nulls not distinct (w));
      create table ${k}.b (id int primary key, a int references ${k}.a on delete cascade on update set null);
      insert into ${k}.a values (1, 'one', null); insert into ${k}.b values (1, 1), (2, null)`,
  ),
  kind(
    'foreign keys in a circle',
    (k) => `
      create table ${k}.a (id int primary key, b int); create table ${k}.b (id int primary key, a int references ${k}.a);
      insert into ${k}.a values (1, 1); insert into ${k}.b values (1, 1);
      alter table ${k}.a add foreign key (b) references ${k}.b`,
  ),
  kind(
    'deferred constraints',
    (k) => `
      create table ${k}.t (id int primary key, p int references ${k}.t deferrable initially deferred,
        q int unique deferrable initially deferred);
      insert into ${k}.t values (1, 2, 1), (2, 1, 2)`,
  ),
  kind(
    'constraints that are not valid',
    (k) => `
      create table ${k}.t (id int primary key, p int); insert into ${k}.t values (1, -1);
      alter table ${k}.t add check (p > 0) not valid;
      alter table ${k}.t add constraint fk foreign key (p) references ${k}.t not valid`,
  ),
  kind(
    'exclusion constraint',
    (k) => `
      create table ${k}.t (during tstzrange, exclude using gist (during with &&) where (not isempty(during)));
      insert into ${k}.t values ('[2026-01-01,2026-02-01)')`,
  ),
  kind(
    'view with options and columns of its own',
    (k) => `
      create table ${k}.t (a int, b text);
      create view ${k}.v (x, y) with (security_barrier, security_invoker) as select a, b from ${k}.t where a > 0 with local check option;
      create view ${k}.w as select x, (select max(y) from ${k}.v) from ${k}.v; alter view ${k}.w alter column x set default 7`,
  ),
  kind(
    'recursive view',
    (k) =>
      `create recursive view ${k}.n (i) as values (1) union all select i + 1 from n where i < 5`,
  ),
  kind(
    'views that depend on each other in a circle, by a rule',
    (k) => `
      create view ${k}.a as select 1 as one; create view ${k}.b as select one from ${k}.a;
      create or replace view ${k}.a as select 1 as one where exists (select from pg_catalog.pg_class);
      create table ${k}.seen (n int);
      create rule note as on insert to ${k}.b do instead insert into ${k}.seen select count(*) from ${k}.a`,
  ),
  kind(
    'materialised views, filled and not, with an index',
    (k) => `
      create table ${k}.t as select generate_series(1, 5) n;
      create materialized view ${k}.m as select n * 2 as d from ${k}.t; create unique index on ${k}.m (d);
      create materialized view ${k}.mm as select sum(d) from ${k}.m;
      create materialized view ${k}.empty as select n from ${k}.t with no data`,
  ),
  kind(
    'rule',
    (k) => `
      create table ${k}.t (a int); create rule no_delete as on delete to ${k}.t do instead nothing;
      create rule tell as on update to ${k}.t where new.a > 5 do also insert into ${k}.t values (old.a)`,
  ),
  kind(
    'triggers, also disabled and with transition tables',
    (k) => `
      create table ${k}.t (a int);
      create function ${k}.f() returns trigger language plpgsql as 'begin return new; end';
      create trigger one before insert or update of a on ${k}.t for each row when (new.a > 0) execute function ${k}.f('x', 'y''z');
      create trigger two after update on ${k}.t referencing old table as o new table as n for each statement execute function ${k}.f();
      create trigger off after insert on ${k}.t execute function ${k}.f(); alter table ${k}.t disable trigger off;
      create trigger always after insert on ${k}.t execute function ${k}.f(); alter table ${k}.t enable always trigger always;
      insert into ${k}.t values (1)`,
  ),
  kind(
    'trigger that refuses rows which are there',
    (k) => `
      create table ${k}.t (a int); insert into ${k}.t values (1);
      create function ${k}.f() returns trigger language plpgsql as $$ begin raise 'no more'; end $$;
      create trigger no before insert on ${k}.t for each row execute function ${k}.f()`,
  ),
  kind(
    'constraint trigger',
    (k) => `
      create table ${k}.t (a int);
      create function ${k}.f() returns trigger language plpgsql as 'begin return null; end';
      create constraint trigger c after insert on ${k}.t deferrable initially deferred for each row execute function ${k}.f()`,
  ),
  kind(
    'event trigger',
    (k) => `
      create function ${k}.f() returns event_trigger language plpgsql as 'begin end';
      create event trigger ${k}_end on ddl_command_end when tag in ('CREATE TABLE') execute function ${k}.f()`,
  ),
  kind(
    'functions in SQL, also with a body of statements',
    (k) => `
      create table ${k}.t (a int);
      create function ${k}.one(int, b text default 'x''y', variadic c int[] default '{}') returns int
        language sql immutable parallel safe leakproof cost 7 as 'select $1';
      create function ${k}.rows() returns setof ${k}.t language sql stable rows 3 begin atomic select a from ${k}.t; end;
      create function ${k}.several(out x int, out y text) language sql as $$ select 1, 'a' $$`,
  ),
  kind(
    'function in PL/pgSQL with rights, settings and a support function',
    (k) => `
      create function ${k}.f(a int) returns table (b int) language plpgsql security definer strict
        set search_path from current set work_mem = '7MB' as $$ begin return query select a; end $$;
      revoke all on function ${k}.f from public; grant execute on function ${k}.f to k_reader with grant option;
      comment on function ${k}.f(int) is E'it''s\\na function'`,
  ),
  kind(
    'functions of the server and in C',
    (k) => `
      create function ${k}.len(text) returns int language internal immutable strict as 'textlen';
      create function ${k}.nth() returns int8 language internal window immutable as 'window_row_number';
      create function ${k}.lib(internal) returns void language c as '$libdir/plpgsql', 'plpgsql_inline_handler'`,
  ),
  kind(
    'procedure',
    (k) => `
      create procedure ${k}.p(inout a int, b text default null) language plpgsql as $$ begin commit; a := 1; end $$;
      grant execute on procedure ${k}.p to k_reader`,
  ),
  kind(
    'aggregates, also ordered and moving',
    (k) => `
      create aggregate ${k}.total(int) (sfunc = int4pl, stype = int, initcond = '0', msfunc = int4pl, minvfunc = int4mi, mstype = int,
        combinefunc = int4pl, parallel = safe);
      create aggregate ${k}.middle(float8 order by anyelement) (sfunc = ordered_set_transition, stype = internal,
        finalfunc = percentile_disc_final, finalfunc_extra)`,
  ),
  kind(
    'operators',
    (k) => `
      create function ${k}.same(text, int) returns bool language sql immutable as 'select length($1) = $2';
      create function ${k}.same(int, text) returns bool language sql immutable as 'select length($2) = $1';
      create operator ${k}.=== (leftarg = text, rightarg = int, function = ${k}.same, commutator = operator(${k}.===), restrict = eqsel, join = eqjoinsel);
      create operator ${k}.=== (leftarg = int, rightarg = text, function = ${k}.same, commutator = operator(${k}.===));
      create operator ${k}.!! (rightarg = int, function = int4um)`,
  ),
  kind(
    'operator family and class',
    (k) => `
      create operator family ${k}.f using btree;
      create operator class ${k}.c for type int4 using btree family ${k}.f as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=,
        operator 5 >, function 1 btint4cmp(int4, int4);
      alter operator family ${k}.f using btree add operator 1 < (int4, int8), function 1 btint48cmp(int4, int8);
      create table ${k}.t (a int4); insert into ${k}.t values (2), (1); create index on ${k}.t (a ${k}.c desc nulls last)`,
  ),
  kind(
    'casts',
    (k) => `
      create type ${k}.a as enum ('x'); create type ${k}.b as (v text);
      create function ${k}.f(${k}.a) returns ${k}.b language sql immutable as 'select row($1::text)::${k}.b';
      create cast (${k}.a as ${k}.b) with function ${k}.f(${k}.a) as assignment; create cast (${k}.b as ${k}.a) with inout`,
  ),
  kind(
    'domains',
    (k) => `
      create domain ${k}.d as text collate "C" default 'x' not null constraint short check (length(value) < 9);
      create domain ${k}.dd as ${k}.d; alter domain ${k}.dd add constraint late check (value <> 'y') not valid;
      create table ${k}.t (a ${k}.dd, b ${k}.d[]); insert into ${k}.t values ('abc', '{a,b}')`,
  ),
  kind(
    'enum, with a value put in between',
    (k) => `
      create type ${k}.e as enum ('low', 'high', 'it''s'); alter type ${k}.e add value 'middle' before 'high'; commit;
      create table ${k}.t (e ${k}.e); insert into ${k}.t values ('middle'), ('it''s')`,
  ),
  kind(
    'composite type',
    (k) => `
      create type ${k}.c as (a int, b text collate "C", c int); alter type ${k}.c drop attribute c;
      create table ${k}.t (c ${k}.c, cs ${k}.c[]); insert into ${k}.t values ((1, 'a "b"'), array[(1, null)::${k}.c])`,
  ),
  kind(
    'range and multirange',
    (k) => `
      create type ${k}.r as range (subtype = float8, subtype_diff = float8mi, multirange_type_name = ${k}.mr);
      create table ${k}.t (r ${k}.r, m ${k}.mr); insert into ${k}.t values ('[1,2)', '{[1,2),[3,)}')`,
  ),
  kind(
    'base type',
    (k) => `
      create type ${k}.b;
      create function ${k}.i(cstring) returns ${k}.b language internal immutable strict as 'textin';
      create function ${k}.o(${k}.b) returns cstring language internal immutable strict as 'textout';
      create type ${k}.b (input = ${k}.i, output = ${k}.o, storage = extended, category = 'S', collatable);
      create table ${k}.t (b ${k}.b); insert into ${k}.t values ('naïve')`,
  ),
  kind('shell type', (k) => `create type ${k}.shell`),
  kind(
    'collations',
    (k) => `
      create collation ${k}.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      create collation ${k}.plain from "C";
      create table ${k}.t (a text collate ${k}.loose primary key, b text collate ${k}.plain); insert into ${k}.t values ('Ä', 'x')`,
  ),
  kind(
    'conversion',
    (k) => `create conversion ${k}.c for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8`,
  ),
  kind(
    'text search: configuration',
    (k) =>
      `create text search configuration ${k}.c (copy = pg_catalog.english); alter text search configuration ${k}.c drop mapping for url`,
  ),
  kind(
    'text search: dictionary',
    (k) => `
      create text search dictionary ${k}.d (template = snowball, language = german, stopwords = german);
      create text search configuration ${k}.c (parser = "default"); alter text search configuration ${k}.c add mapping for word with ${k}.d, simple`,
  ),
  kind(
    'text search: parser',
    (k) => `
      create text search parser ${k}.p (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype)`,
  ),
  kind(
    'text search: template',
    (k) => `create text search template ${k}.t (init = dsimple_init, lexize = dsimple_lexize)`,
  ),
  kind(
    'foreign data wrapper',
    (k) => `
      create foreign data wrapper ${k}_wrapper options (debug 'it''s'); grant usage on foreign data wrapper ${k}_wrapper to k_reader`,
  ),
  kind(
    'foreign server and user mapping',
    (k) => `
      create foreign data wrapper ${k}_wrapper; create server ${k}_server type 't' version '1' foreign data wrapper ${k}_wrapper options (host 'h');
      create user mapping for k_reader server ${k}_server options (user 'u', password 'p'); create user mapping for public server ${k}_server`,
  ),
  kind(
    'foreign table, also as a partition',
    (k) => `
      create foreign data wrapper ${k}_wrapper; create server ${k}_server foreign data wrapper ${k}_wrapper;
      create foreign table ${k}.f (a int options (name 'b') not null, c text default 'x', check (a > 0)) server ${k}_server options (t 'u');
      create table ${k}.p (a int) partition by list (a); create table ${k}.p1 partition of ${k}.p for values in (1);
      create foreign table ${k}.p2 partition of ${k}.p for values in (2) server ${k}_server; insert into ${k}.p values (1)`,
  ),
  kind(
    'publications of tables, rows, columns and schemas',
    (k) => `
      create table ${k}.t (a int primary key, b text); create table ${k}.u (a int primary key);
      create publication ${k}_some for table ${k}.t (a) where (a > 5), ${k}.u with (publish = 'insert');
      create publication ${k}_schema for tables in schema ${k}; create publication ${k}_all for all tables`,
  ),
  kind(
    'subscription',
    (k) => `
      create subscription ${k}_sub connection 'host=nowhere dbname=x' publication p1, p2 with (connect = false, slot_name = none, binary, streaming)`,
  ),
  kind(
    'row security, forced, with policies',
    (k) => `
      create table ${k}.t (owner name, v int); insert into ${k}.t values ('nobody', 1), (current_user, 2);
      create policy own on ${k}.t as restrictive for select to k_reader using (owner = current_user);
      create policy put on ${k}.t for insert with check (v > 0);
      alter table ${k}.t enable row level security; alter table ${k}.t force row level security`,
  ),
  kind(
    'default privileges',
    (k) => `
      alter default privileges in schema ${k} grant select on tables to k_reader;
      alter default privileges for role k_reader in schema ${k} revoke execute on functions from public`,
  ),
  kind(
    'comments of many kinds',
    (k) => `
      create table ${k}.t (a int constraint c check (a > 0)); comment on table ${k}.t is E'a\\nb'; comment on column ${k}.t.a is 'it''s; --';
      comment on constraint c on ${k}.t is 'c'; create index i on ${k}.t (a); comment on index ${k}.i is 'i'; comment on schema ${k} is 's';
      create sequence ${k}.s; comment on sequence ${k}.s is 's'; create type ${k}.e as enum (); comment on type ${k}.e is 'e'`,
  ),
  kind(
    'rights on tables, columns, sequences, types and schemas',
    (k) => `
      create table ${k}.t (a int, b int); grant select (a), update (b) on ${k}.t to k_reader with grant option; revoke insert on ${k}.t from current_user;
      create sequence ${k}.s; grant usage on sequence ${k}.s to public; create type ${k}.e as enum ('a'); revoke usage on type ${k}.e from public;
      grant usage, create on schema ${k} to k_reader; alter table ${k}.t owner to k_owner`,
  ),
  kind(
    'large objects with rights, owner and comment',
    (k) => `
      create table ${k}.t as select lo_from_bytea(0, convert_to(repeat('large', 300000), 'utf8')) as lo;
      do $$ declare l oid := (select lo from ${k}.t); begin
        execute format('grant select on large object %s to k_reader', l); execute format('alter large object %s owner to k_owner', l);
        execute format('comment on large object %s is %L', l, 'it''s large'); end $$`,
  ),
  kind(
    'sequences',
    (k) => `
      create sequence ${k}.s as smallint increment -3 maxvalue 100 minvalue -100 start 50 cache 5 cycle; select nextval('${k}.s');
      create sequence ${k}.unused; create table ${k}.t (id int default nextval('${k}.s')); alter sequence ${k}.s owned by ${k}.t.id;
      create unlogged sequence ${k}.quick; select setval('${k}.unused', 7, false)`,
  ),
  kind(
    'serial and identity columns',
    (k) => `
      create table ${k}.t (id bigserial, a int generated always as identity (start 5), b int generated by default as identity);
      insert into ${k}.t default values; insert into ${k}.t default values`,
  ),
  kind(
    'generated column',
    (k) =>
      `create table ${k}.t (a int, b int generated always as (a * 2) stored); insert into ${k}.t values (1), (2)`,
  ),
  kind(
    'partitions by range, attached, with a default and indexes',
    (k) => `
      create table ${k}.p (at date, n int, primary key (at, n)) partition by range (at);
      create table ${k}.p25 partition of ${k}.p for values from ('2025-01-01') to ('2026-01-01') with (fillfactor = 70);
      create table ${k}.p26 (n int not null, dropped int, at date not null); alter table ${k}.p26 drop dropped;
      alter table ${k}.p attach partition ${k}.p26 for values from ('2026-01-01') to (maxvalue);
      create table ${k}.rest partition of ${k}.p default; create index on only ${k}.p (n);
      insert into ${k}.p select date '2024-06-01' + g * 9, g from generate_series(1, 100) g`,
  ),
  kind(
    'partitions by list, and of partitions',
    (k) => `
      create table ${k}.p (a int, b text) partition by list (a); create table ${k}.p1 partition of ${k}.p for values in (1, null) partition by list (b);
      create table ${k}.p1x partition of ${k}.p1 for values in ('x'); create table ${k}.p1rest partition of ${k}.p1 default;
      insert into ${k}.p values (1, 'x'), (null, 'y')`,
  ),
  kind(
    'partitions by hash, of an enum and of text',
    (k) => `
      create type ${k}.e as enum ('a', 'b', 'c', 'd', 'e', 'f');
      create table ${k}.p (e ${k}.e) partition by hash (e); create table ${k}.p0 partition of ${k}.p for values with (modulus 2, remainder 0);
      create table ${k}.p1 partition of ${k}.p for values with (modulus 2, remainder 1);
      insert into ${k}.p select unnest(enum_range(null::${k}.e));
      create table ${k}.q (t text) partition by hash (t); create table ${k}.q0 partition of ${k}.q for values with (modulus 1, remainder 0);
      insert into ${k}.q values ('a')`,
  ),
  kind(
    'inheritance from several tables',
    (k) => `
      create table ${k}.a (x int, y text); create table ${k}.b (x int, z int check (z > 0) no inherit);
      create table ${k}.c (own int) inherits (${k}.a, ${k}.b); alter table ${k}.a add late int default 7;
      insert into ${k}.a values (1, 'a'); insert into ${k}.c values (1, 'a', 2, 3)`,
  ),
  kind(
    'extended statistics and targets',
    (k) => `
      create table ${k}.t (a int, b int); create statistics ${k}.s (ndistinct, dependencies, mcv) on a, b from ${k}.t;
      create statistics ${k}.e on (a + b) from ${k}.t; alter statistics ${k}.s set statistics 7; alter table ${k}.t alter a set statistics 500,
      alter b set (n_distinct = -0.5)`,
  ),
  kind(
    'access methods',
    (k) => `
      create access method ${k}_index type index handler bthandler; create access method ${k}_heap type table handler heap_tableam_handler;
      create table ${k}.t (a int) using ${k}_heap; insert into ${k}.t values (1)`,
  ),
  kind(
    'transform',
    (k) => `
      create type ${k}.c as (a int); create function ${k}.f(internal) returns ${k}.c language internal immutable as 'record_recv';
      create function ${k}.g(internal) returns internal language internal immutable as 'prsd_lextype';
      create transform for ${k}.c language sql (from sql with function ${k}.g(internal), to sql with function ${k}.f(internal))`,
  ),
  kind(
    'language',
    (k) => `
      create function ${k}.h() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
      create function ${k}.i(internal) returns void language c as '$libdir/plpgsql', 'plpgsql_inline_handler';
      create function ${k}.v(oid) returns void language c as '$libdir/plpgsql', 'plpgsql_validator';
      create trusted language ${k}_lang handler ${k}.h inline ${k}.i validator ${k}.v; grant usage on language ${k}_lang to k_reader;
      create function ${k}.f() returns int language ${k}_lang as 'begin return 1; end'`,
  ),
  kind(
    'extensions in a schema, and their types in tables',
    (k) => `
      create extension hstore schema ${k}; create extension citext schema ${k}; create extension ltree schema ${k};
      create table ${k}.t (h ${k}.hstore, c ${k}.citext, l ${k}.ltree); insert into ${k}.t values ('a=>1', 'Case', 'a.b');
      create index on ${k}.t using gin (h); comment on extension hstore is 'mine'`,
  ),
  kind(
    'rights on an extension’s objects',
    (k) => `
      create extension pgcrypto schema ${k}; revoke execute on function ${k}.digest(text, text) from public;
      grant execute on function ${k}.digest(text, text) to k_reader`,
  ),
  kind(
    'storage options and compression',
    (k) => `
      create table ${k}.t (a text, b text compression pglz, c int)
        with (fillfactor = 50, autovacuum_enabled = off, toast.autovacuum_enabled = off, parallel_workers = 2, toast_tuple_target = 200);
      alter table ${k}.t alter b set storage main, alter a set storage external; insert into ${k}.t values ('a', repeat('b', 5000), 1)`,
  ),
  kind(
    'large values',
    (k) =>
      `create table ${k}.t as select g, repeat(md5(g::text), 40000) as v from generate_series(1, 2) g`,
  ),
  kind(
    'replica identity',
    (k) => `
      create table ${k}.t (a int not null); create unique index i on ${k}.t (a); alter table ${k}.t replica identity using index i;
      create table ${k}.u (a int); alter table ${k}.u replica identity full; create table ${k}.n (a int); alter table ${k}.n replica identity nothing`,
  ),
  kind(
    'clustered table',
    (k) =>
      `create table ${k}.t (a int); insert into ${k}.t values (2), (1); create index i on ${k}.t (a); cluster ${k}.t using i`,
  ),
  kind(
    'indexes: of expressions, partial, covering, of every method',
    (k) => `
      create table ${k}.t (a int, b text, c int[], p point); insert into ${k}.t values (1, 'B', '{1,2}', '(1,2)');
      create index e on ${k}.t (lower(b) collate "C" text_pattern_ops desc, (a + 1)) where a > 0; create unique index u on ${k}.t (a) include (b);
      create index h on ${k}.t using hash (b); create index g on ${k}.t using gin (c) with (fastupdate = off); create index br on ${k}.t using brin (a);
      create index sp on ${k}.t using spgist (p); create index gi on ${k}.t using gist (p); alter index ${k}.e alter column 2 set statistics 100`,
  ),
  kind(
    'unlogged table',
    (k) =>
      `create unlogged table ${k}.t (id serial, a int); insert into ${k}.t (a) values (1), (2)`,
  ),
  kind(
    'typed table',
    (k) => `
      create type ${k}.c as (a int, b text); create table ${k}.t of ${k}.c (a with options primary key); insert into ${k}.t values (1, 'x')`,
  ),
  kind(
    'table without columns, and with dropped ones',
    (k) => `
      create table ${k}.none (); insert into ${k}.none default values; insert into ${k}.none default values;
      create table ${k}.t (a int, b int, c int); insert into ${k}.t values (1, 2, 3); alter table ${k}.t drop b; alter table ${k}.t add d int default 9`,
  ),
  kind(
    'names of any characters',
    (k) => `
      create table ${k}."a ""b""; -- \\ '$$' 🙂
c" ("x "" y" int, "select" text, "$1" int); insert into ${k}."a ""b""; -- \\ '$$' 🙂
c" values (1, E'\\\\.', 2);
      create view ${k}."SELECT" as select "x "" y" as "1" from ${k}."a ""b""; -- \\ '$$' 🙂
c"`,
  ),
  kind(
    'a function that an index and a check use',
    (k) => `
      create function ${k}.f(int) returns int language sql immutable as 'select $1 % 7';
      create table ${k}.t (a int check (${k}.f(a) >= 0)); create index on ${k}.t (${k}.f(a)); insert into ${k}.t values (8)`,
  ),
  kind(
    'a table whose owner is another role',
    (k) => `
      create table ${k}.t (a int); alter table ${k}.t owner to k_owner; insert into ${k}.t values (1);
      create view ${k}.v as select a from ${k}.t; alter view ${k}.v owner to k_owner; alter schema ${k} owner to k_owner`,
  ),
];

/** Roles that the objects name. */
export const ROLES = 'create role k_reader; create role k_owner';

/** The schema of the kind of this place in the list. */
export function schemaOf(place: number): string {
  return `k${String(place + 1).padStart(2, '0')}`;
}
