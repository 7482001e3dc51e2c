import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ContentDigest } from '../../../workflows/model/recovery-point';
import { restoreTarget, type RestoreTarget } from '../../../workflows/model/restore-target';
import { compareContents } from '../../../workflows/model/compare-contents';
import {
  asOlderManifest,
  isOlderManifest,
} from '../../../activities/adapters/engines/postgres/digest/older-manifest';
import type { Table } from '../../../activities/adapters/engines/postgres/digest/tables';
import { lockLikeDump } from '../../../activities/adapters/engines/postgres/digest/table-locks';
import { startStandby, type PostgresServer } from '../../support/postgres-server';
import { until } from '../../support/processes';
import { describeWith } from '../../support/requirements';
import { EngineUser, type WholeDump } from '../engine-user';
import { accessTo, startPostgresBench, type PostgresBench } from './postgres-bench';

const run = promisify(execFile);

describeWith(['postgres'], 'PostgreSQL, the rows that are counted and compared', () => {
  let bench: PostgresBench;
  let user: EngineUser;
  let number = 500;
  const target = (into: string): RestoreTarget => restoreTarget(into, ++number);

  beforeAll(async () => {
    bench = await startPostgresBench();
    user = new EngineUser(bench);
  });
  afterAll(() => bench.stop());

  const contentOf = ({ facts }: WholeDump, name: string): ContentDigest | undefined =>
    facts.contents.find((content) => content.name === name);

  /** Restores beside, and says in which contents that differs from the dump. */
  async function differences(dump: WholeDump, contents = dump.facts.contents): Promise<string[]> {
    const place = target(dump.part.source);
    await user.restoreBeside(dump, place);
    const expected = { ...dump, facts: { ...dump.facts, contents } };
    const restored = await user.digest(expected, place);
    await user.discardBeside(dump, place);
    return compareContents(contents, restored);
  }

  it('are those of a partitioned table, whatever partition they come into', async () => {
    await bench.seed('cars', 'nothing');
    await bench.server.query(
      `create type colour as enum ('red', 'green', 'blue', 'black', 'white', 'grey');
       create table cars (id int, c colour not null) partition by hash (c);
       create table cars_0 partition of cars for values with (modulus 2, remainder 0);
       create table cars_1 partition of cars for values with (modulus 2, remainder 1) partition by list (id);
       create table cars_1_all partition of cars_1 default;
       insert into cars select g, (enum_range(null::colour))[1 + g % 6] from generate_series(1, 60) g`,
      'cars',
    );
    const dump = await user.dump('cars');
    expect(dump.facts.contents).toEqual([
      expect.objectContaining({ name: 'public.cars', rows: 60 }),
    ]);
    // The enum's values have other OIDs there, and so other hashes.
    expect(await differences(dump)).toEqual([]);
  });

  it('are without generated columns, which is told', async () => {
    await bench.seed('people', 'nothing');
    await bench.server.query(
      `create function norm(t text) returns text language sql immutable as 'select lower(t)';
       create table people (id int, name text, key text generated always as (public.norm(name)) stored);
       insert into people (id, name) values (1, 'A B');
       create or replace function norm(t text) returns text language sql immutable
         as $$ select replace(lower(t), ' ', '-') $$`,
      'people',
    );
    const dump = await user.dump('people');
    expect(dump.facts.notes).toContain(
      'Recomputed by a restore, and not compared: public.people.key.',
    );
    expect(await differences(dump)).toEqual([]);
    const changed = dump.facts.contents.map((content) => ({ ...content, digest: '1' }));
    expect(await differences(dump, changed)).toEqual([
      'public.people has 1 row as promised, but other content',
    ]);
  });

  it('are those of an extension that are the user’s', async () => {
    await bench.seed('jobs', 'nothing');
    await bench.server.query(
      `create schema hdx;
       create table hdx.job (id serial primary key, what text, is_own boolean default false);
       create table hdx.shipped as select 1 as one;
       insert into hdx.job (what, is_own) values ('shipped', true);
       insert into hdx.job (what) values ('mine'), ('mine too');
       ${OWNED_BY_EXTENSION}`,
      'jobs',
    );
    const dump = await user.dump('jobs');
    expect(dump.facts.contents.map(({ name, rows }) => [name, rows])).toEqual([
      ['hdx.job', 2],
      ['hdx.job_id_seq', 0],
    ]);
    expect(contentOf(dump, 'hdx.job_id_seq')?.digest).toBe('3');
  });

  it('may be of a sequence and an index that somebody keeps locked: then that is told', async () => {
    await bench.seed('locked', 'nothing');
    await bench.server.query(
      `create table t (id serial primary key); insert into t default values; create table u as select 1 as one`,
      'locked',
    );
    const client = await bench.server.connect('locked');
    await client.query('begin; reindex index t_pkey');
    const dump = await user.dump('locked');
    await client.query('rollback');
    await client.end();
    expect(contentOf(dump, 'public.t')).toMatchObject({ rows: 0, method: 'pg:unproved' });
    expect(contentOf(dump, 'public.u')).toMatchObject({ rows: 1 });
    expect(dump.facts.notes).toContain(
      'Saved, but not counted and not compared, as another session kept a lock: public.t.',
    );
    expect(await differences(dump)).toEqual([]);
  });

  it('may be of tables whose statistics call what is found by a search path only, or fails', async () => {
    await bench.seed('planned', 'nothing');
    await bench.server.query(
      `create table rate (v int); insert into rate values (2);
       create function rated(int) returns int language sql immutable as 'select $1 * v from rate';
       create function fails(int) returns int language plpgsql immutable as $$ begin raise 'no'; end $$;
       create table t (x int, c regclass); insert into t values (1, 'rate');
       create statistics on_t on (rated(x)), x from t;
       create table u (x int); insert into u values (1);
       create statistics on_u on (fails(1)), x from u`,
      'planned',
    );
    const dump = await user.dump('planned');
    expect(contentOf(dump, 'public.t')?.rows).toBe(1);
    expect(contentOf(dump, 'public.t')?.method).toMatch(/\+path$/);
    expect(contentOf(dump, 'public.u')).toMatchObject({ rows: 0, method: 'pg:unproved' });
    expect(contentOf(dump, 'public.rate')).toMatchObject({ rows: 1 });
    expect(dump.facts.notes).toContain(
      'Saved, but not counted and not compared, as what an index or statistics of it call fails: public.u.',
    );
    expect(await differences(dump)).toEqual([]);
    const changed = dump.facts.contents.map((content) =>
      content.name === 'public.t' ? { ...content, digest: '1' } : content,
    );
    expect(await differences(dump, changed)).toEqual([
      'public.t has 1 row as promised, but other content',
    ]);
  });

  it('are dumped when a table was locked for longer than anybody has to wait for the dump', async () => {
    await bench.seed('altered', 'nothing');
    await bench.server.query(
      'create table a as select 1 as one; create table b as select 1 as one',
      'altered',
    );
    const holder = await bench.server.connect('altered');
    const other = await bench.server.connect('altered');
    await holder.query('begin; lock table b');
    const dumping = user.dump('altered');
    dumping.catch(() => undefined); // awaited below
    const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = 'altered'`;
    await until(async () => (await bench.server.query<object>(waiting))[0]);
    const startedAt = performance.now();
    await other.query('truncate a');
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await delay(1_200);
    await holder.query('commit');
    await Promise.all([holder.end(), other.end()]);
    const { facts } = await dumping;
    expect(facts.contents.map(({ name, rows }) => [name, rows])).toEqual([
      ['public.a', 0],
      ['public.b', 1],
    ]);
  });

  it('are left alone where somebody waits for their table behind pg_dump', async () => {
    await bench.seed('contested', 'nothing');
    await bench.server.query(
      'create table a (); create table b (); create table c ()',
      'contested',
    );
    const access = await accessTo(bench, () => undefined); // names its sessions as pg_dump's
    const dumper = await access.connect('contested');
    await dumper.execute('begin');
    await dumper.execute('lock table public.a, public.b, public.c in access share mode');
    const client = await bench.server.connect('contested');
    const truncating = client.query('truncate b');
    const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and query = 'truncate b'`;
    await until(async () => (await bench.server.query<object>(waiting))[0]);
    const session = await access.connect('contested');
    await session.execute('begin');
    await session.execute('set local lock_timeout = 100');
    const tables = ['a', 'b', 'c'].map((name) => tableNamed(`public.${name}`));
    const locked = await lockLikeDump(session, tables, 'pawl:test', new Promise(() => undefined));
    expect(locked.contested.map(({ name }) => name)).toEqual(['public.b']);
    expect(locked.groups.flatMap((group) => group.tables)).toHaveLength(2);
    await dumper.close();
    await truncating; // nobody else was in its way
    await Promise.all([session.close(), client.end()]);
  });

  it('cost nobody a second where a table is emptied ten times a second', async () => {
    await bench.seed('churned', 'nothing');
    await bench.server.query(
      `create table cache (a int);
       do $$ begin for i in 1..300 loop
         execute format('create table t%s (id serial primary key, v text)', i);
       end loop; end $$`,
      'churned',
    );
    const client = await bench.server.connect('churned');
    let slowestMilliseconds = 0;
    let stopped = false;
    const truncateOnAndOn = async () => {
      while (!stopped) {
        const startedAt = performance.now();
        await client.query('truncate cache; insert into cache values (1)');
        slowestMilliseconds = Math.max(slowestMilliseconds, performance.now() - startedAt);
        await delay(100);
      }
    };
    const churn = truncateOnAndOn();
    const { programs, port, user: name, password } = bench.server as PostgresServer;
    const argv = [
      '--format=custom',
      '--no-sync',
      '--host=127.0.0.1',
      `--port=${port}`,
      `--username=${name}`,
    ];
    const env = { ...process.env, PGPASSWORD: password };
    for (let times = 0; times < 3; times += 1) {
      await run(join(programs, 'pg_dump'), [...argv, '--file=/dev/null', 'churned'], { env });
    }
    const besidePlainDumps = slowestMilliseconds;
    slowestMilliseconds = 0;
    for (let times = 0; times < 3; times += 1) {
      const dump = await user.dump('churned');
      expect(contentOf(dump, 'public.cache')?.rows).toBeLessThan(2);
    }
    stopped = true;
    await churn;
    await client.end();
    // The second, and what pg_dump alone needs on a machine that has other things to do.
    expect(slowestMilliseconds).toBeLessThan(1_000 + 2 * besidePlainDumps);
  });

  it('may be bytes of no encoding, and so may their tables’ names', async () => {
    await bench.remove('ascii');
    await bench.server.query(
      `create database ascii template template0 encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C'`,
    );
    const [latin1, utf8] = [String.raw`\xe9`, String.raw`\xc3a9`].map(
      (bytes) => `convert_from('${bytes}', 'SQL_ASCII')`,
    );
    await bench.server.query(
      `do $do$ begin
         execute format('create table %I (%I text)', 'caf' || ${latin1}, 'col' || ${latin1});
         execute format('insert into %I values (%L)', 'caf' || ${latin1}, 'caf' || ${latin1});
         execute format('create table %I (id serial)', 'caf' || ${utf8});
       end $do$`,
      'ascii',
    );
    const dump = await user.dump('ascii');
    expect(dump.facts.contents.map(({ name, rows }) => [name, rows])).toEqual([
      ['public."café"', 0],
      ['public."caf\udce9"', 1],
      ['public."café_id_seq"', 0],
    ]);
    expect(JSON.parse(JSON.stringify(dump.facts.contents))).toEqual(dump.facts.contents);
    expect(await differences(dump)).toEqual([]);
  });

  it('are without those of unlogged tables on a standby, which is told', async () => {
    await bench.seed('stood', 'nothing');
    await bench.server.query(
      `create table t as select generate_series(1, 100) id;
       create unlogged table cache as select 1 as one;
       create sequence sq`,
      'stood',
    );
    const standby = await startStandby(bench.server as PostgresServer);
    try {
      const entry = (source: string) => ({
        ...bench.entry(source),
        reach: { address: { host: standby.host, port: standby.port } },
      });
      const there = new EngineUser({ ...bench, entry });
      const dump = await there.dump('stood');
      expect(dump.facts.contents.map(({ name, rows }) => [name, rows])).toEqual([
        ['public.cache', 0],
        ['public.t', 100],
        ['public.sq', 0],
      ]);
      expect(dump.facts.notes).toContain(
        'Saved without rows, as a standby has none of unlogged tables: public.cache.',
      );
      expect(await differences({ ...dump, entry: bench.entry('stood') })).toEqual([]);
    } finally {
      await standby.stop();
    }
  });
});

describe('PostgreSQL, a manifest of before partitions were added up', () => {
  const METHOD = 'pg:sum(column_hashes)/15';
  const digest = (name: string, rows: number, sum: string): ContentDigest => ({
    name,
    rows,
    digest: sum,
    method: METHOD,
  });
  const tables = [
    tableNamed('public.cars_0', { root: 'public.cars' }),
    tableNamed('public.cars_1', { root: 'public.cars' }),
    tableNamed('public.people', {
      columns: [{ name: 'key', type: 'text', isGenerated: true }],
    }),
    tableNamed('public.plain'),
  ];

  it('is known by its methods', () => {
    expect(isOlderManifest([digest('public.plain', 1, '5')])).toBe(true);
    expect(
      isOlderManifest([{ ...digest('public.plain', 1, '5'), method: `pg2${METHOD.slice(2)}` }]),
    ).toBe(false);
  });

  it('is met by partitions that are right together', () => {
    const expected = [digest('public.cars_0', 1, '5'), digest('public.cars_1', 3, '7')];
    const moved = [digest('public.cars_0', 2, '8'), digest('public.cars_1', 2, '4')];
    expect(asOlderManifest(moved, expected, tables, 15)).toEqual(expected);
    const lost = [digest('public.cars_0', 2, '8'), digest('public.cars_1', 1, '4')];
    expect(compareContents(expected, asOlderManifest(lost, expected, tables, 15))).toHaveLength(2);
  });

  it('cannot be compared where a generated column may have been computed otherwise', () => {
    const expected = [digest('public.people', 2, '5'), digest('public.plain', 2, '5')];
    const restored = [digest('public.people', 2, '6'), digest('public.plain', 2, '6')];
    expect(compareContents(expected, asOlderManifest(restored, expected, tables, 15))).toEqual([
      'public.people could not be compared: pg2:sum(column_hashes)/15 is not pg:sum(column_hashes)/15',
      'public.plain has 2 rows as promised, but other content',
    ]);
    expect(asOlderManifest(expected, expected, tables, 15)).toEqual(expected);
  });
});

/** As CREATE EXTENSION would leave it: the extension's files would have to lie in the server's own folder. */
const OWNED_BY_EXTENSION = `
  set allow_system_table_mods = on;
  insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion, extconfig, extcondition)
    select 99999, 'plpgsql_jobs', 10, 'hdx'::regnamespace, false, '1.0',
           array['hdx.job'::regclass::oid, 'hdx.job_id_seq'::regclass::oid], array['where not is_own', ''];
  insert into pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype)
    select 'pg_class'::regclass, c.oid, 0, 'pg_extension'::regclass, 99999, 0, 'e'
    from pg_class c where c.oid in ('hdx.job'::regclass, 'hdx.job_id_seq'::regclass, 'hdx.shipped'::regclass)`;

function tableNamed(name: string, overrides: Partial<Table> = {}): Table {
  return {
    name,
    root: name,
    isPartitioned: false,
    bytes: 0,
    columns: [],
    isOfExtension: false,
    condition: '',
    isEmptyHere: false,
    ...overrides,
  };
}
