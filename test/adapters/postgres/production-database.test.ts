import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { restoreTarget, type RestoreTarget } from '../../../workflows/model/restore-target';
import { AdapterError } from '../../../activities/ports/adapter-error';
import { until } from '../../support/processes';
import { describeWith } from '../../support/requirements';
import { EngineUser, firstBytes } from '../engine-user';
import { startPostgresBench, type PostgresBench } from './postgres-bench';

const run = promisify(execFile);

describeWith(['postgres'], 'PostgreSQL, a database in production', () => {
  let bench: PostgresBench;
  let user: EngineUser;
  let number = 100;
  const target = (into: string): RestoreTarget => restoreTarget(into, ++number);

  beforeAll(async () => {
    bench = await startPostgresBench();
    user = new EngineUser(bench);
  });
  afterAll(() => bench.stop());

  const propertiesOf = async (database: string) => {
    const [properties] = await bench.server.query<object>(
      `select pg_get_userbyid(datdba) as owner, datconnlimit, datacl::text, datcollate, datallowconn,
              shobj_description(oid, 'pg_database') as comment,
              array(select coalesce(setrole::regrole::text, '') || ' ' || unnest(setconfig)
                    from pg_db_role_setting where setdatabase = d.oid order by 1) as settings
       from pg_database d where datname = '${database}'`,
    );
    return properties;
  };

  it('keeps its owner, rights, settings, limit and comment through swap and swapBack', async () => {
    const { server } = bench;
    await server.query('drop database if exists shop');
    await server.query(`create role "shop owner"; create role "shop ""user"`);
    await server.query(
      `create database shop owner "shop owner" template template0 lc_collate 'C' lc_ctype 'C' connection limit 17`,
    );
    await server.query(`revoke all on database shop from public`);
    await server.query(
      `grant connect, temporary on database shop to "shop ""user" with grant option`,
    );
    await server.query(`comment on database shop is 'it''s the shop'`);
    await server.query(`alter database shop set search_path to "$user", 'a, b', public`);
    await server.query(`alter database shop set work_mem to '7MB'`);
    await server.query(`alter role "shop ""user" in database shop set statement_timeout to '5s'`);
    await server.query(`alter database shop set session_preload_libraries to 'auto_explain'`);
    const before = await propertiesOf('shop');
    const dump = await user.dump('shop');
    const place = target('shop');
    await user.restoreBeside(dump, place);
    await user.swap(dump, place);
    expect(await propertiesOf('shop')).toEqual(before);
    await user.swapBack(dump, place);
    expect(await propertiesOf('shop')).toEqual(before);
  });

  it('is dumped and restored by a role that has made itself read-only', async () => {
    const { server } = bench;
    await bench.seed('guarded', 'some');
    const role = `alter role "${server.user}"`;
    await server.query(`${role} set default_transaction_read_only to on`);
    try {
      const dump = await user.dump('guarded');
      const place = target('guarded');
      await user.restoreBeside(dump, place);
      expect(await user.digest(dump, place)).toEqual(
        expect.arrayContaining([...dump.facts.contents]),
      );
    } finally {
      await server.query(`begin read write; ${role} reset default_transaction_read_only; commit`);
    }
  });

  it('is swapped under clients that reconnect at once', async () => {
    const { server } = bench;
    await bench.seed('busy', 'some');
    const dump = await user.dump('busy');
    const place = target('busy');
    await user.restoreBeside(dump, place);
    let stopped = false;
    let connections = 0;
    const client = async () => {
      while (!stopped) {
        const connection = await server.connect('busy').catch(() => undefined);
        if (connection === undefined) await delay(1);
        else {
          connections += 1;
          await connection.query('select pg_sleep(60)').catch(() => undefined);
          await connection.end().catch(() => undefined);
        }
      }
    };
    const clients = [client(), client(), client()];
    while (connections < 3) await delay(10);
    expect((await user.observeTarget(dump, place)).otherSessions).toBeGreaterThan(0);
    // Holds the swap between its disconnecting and its renames, for the clients to come back if they can.
    const holder = await server.connect();
    await holder.query(`begin; comment on database busy${place.besideSuffix} is 'held'`);
    const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and query ilike 'comment on database%'`;
    const swap = user.swap(dump, place);
    swap.catch(() => undefined); // awaited below
    await until(async () => (await server.query<object>(waiting))[0]);
    await delay(500);
    await holder.query('rollback');
    await holder.end();
    expect(await swap).toEqual({ kept: true });
    const connectionsAtSwap = connections;
    while (connections === connectionsAtSwap) await delay(10); // they find the new one by its name
    stopped = true;
    await server.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'busy'`,
    );
    await Promise.all(clients);
    await user.discardKept(dump, place);
  });

  it('is restored by a role that is no superuser', async () => {
    const { server } = bench;
    await server.query(`create role plain login createdb password '${server.password}'`);
    await server.query('create database plain owner plain');
    const entry = { ...bench.entry('plain'), user: 'plain' };
    const plain = new EngineUser({ ...bench, entry: () => entry });
    const client = await server.connect('plain');
    await client.query('set role plain; create table t as select n from generate_series(1, 10) n');
    await client.end();
    const dump = await plain.dump('plain');
    const place = target('plain');
    await plain.restoreBeside(dump, place);
    expect(await plain.digest(dump, place)).toEqual(dump.facts.contents);
    await plain.swap(dump, place);
    await plain.swapBack(dump, place);
    expect(await server.query('select count(*)::int as n from t', 'plain')).toEqual([{ n: 10 }]);
  });

  it('takes its clients again when a swap fails', async () => {
    const { server } = bench;
    await server.query(`create role modest login createdb password '${server.password}'`);
    await server.query('create database modest owner modest');
    const entry = { ...bench.entry('modest'), user: 'modest' };
    const modest = new EngineUser({ ...bench, entry: () => entry });
    const dump = await modest.dump('modest');
    const place = target('modest');
    await modest.restoreBeside(dump, place);
    const client = await server.connect('modest'); // a superuser's, whom `modest` cannot disconnect
    await expect(modest.swap(dump, place)).rejects.toMatchObject({ kind: 'ResourceBusy' });
    expect(await propertiesOf('modest')).toMatchObject({ datallowconn: true });
    await client.end();
    await modest.discardBeside(dump, place);
  });

  it('is not restored where somebody has the name for what it replaces', async () => {
    await bench.seed('named', 'some');
    const dump = await user.dump('named');
    const place = target('named');
    await bench.server.query(`create database named${place.keepSuffix}`);
    await expect(user.restoreBeside(dump, place)).rejects.toMatchObject({
      kind: 'PreconditionFailed',
    });
  });

  it('is not dropped by an undo that finds a foreign database under the name of the kept one', async () => {
    await bench.seed('lived', 'some');
    const dump = await user.dump('lived');
    const place = target('lived');
    const before = await bench.read('lived');
    await user.restoreBeside(dump, place);
    await bench.server.query(`create database lived${place.keepSuffix}`);
    await expect(user.swap(dump, place)).rejects.toMatchObject({ kind: 'PreconditionFailed' });
    await user.swapBack(dump, place);
    await user.swapBack(dump, place); // the first one's worker died before it could tell
    expect(await bench.read('lived')).toEqual(before);
  });

  it('names the role that is missing where it is restored', async () => {
    const { server } = bench;
    await bench.seed('owned', 'nothing');
    await server.query('create role "gone; away"');
    await server.query('create table t (); alter table t owner to "gone; away"', 'owned');
    const dump = await user.dump('owned');
    await server.query('drop database owned');
    await server.query('drop role "gone; away"');
    const restore = user.restoreBeside(dump, target('owned'));
    await expect(restore).rejects.toMatchObject({
      kind: 'PreconditionFailed',
      evidence: { advice: expect.stringContaining('"gone; away"') as unknown },
    });
  });

  it('is dumped with a sequence that moves meanwhile', async () => {
    const { server } = bench;
    await bench.seed('moving', 'much');
    const source = await user.beginDump('moving');
    await server.query(`select nextval('cities_id_seq') from generate_series(1, 100)`, 'moving');
    const chunks: Buffer[] = [];
    for await (const chunk of source.stream) chunks.push(chunk as Buffer);
    const facts = await source.finish();
    const dump = {
      entry: bench.entry('moving'),
      part: await user.part('moving'),
      bytes: Buffer.concat(chunks),
      facts,
    };
    const place = target('moving');
    await user.restoreBeside(dump, place);
    expect(await user.digest(dump, place)).toEqual(facts.contents);
    const beside = `moving${place.besideSuffix}`;
    await server.query(`select setval('cities_id_seq', 5000)`, beside);
    expect(await user.digest(dump, place)).not.toEqual(facts.contents);
    await user.discardBeside(dump, place);
  });

  it('keeps its tables from being emptied while they are dumped and digested', async () => {
    const { server } = bench;
    await bench.seed('truncated', 'much');
    const source = await user.beginDump('truncated');
    const client = await server.connect('truncated');
    await client.query(`set lock_timeout = '200ms'`);
    await expect(client.query('truncate cities')).rejects.toThrow('lock timeout');
    await client.query('delete from cities');
    const { contents } = await user.finishDump(source);
    expect(contents).toContainEqual(expect.objectContaining({ name: 'public.cities', rows: 1000 }));
    await client.query('truncate cities');
    await client.end();
  });

  it('is not dumped when pg_dump is killed', async () => {
    await bench.seed('killed', 'much');
    const source = await user.beginDump('killed');
    await firstBytes(source.stream);
    const { stdout } = await run('ps', ['-e', '-o', 'pid=,args=']);
    const pids = stdout
      .split('\n')
      .filter((line) => line.includes('pg_dump') && line.includes(`port='${bench.server.port}'`))
      .map((line) => Number.parseInt(line));
    expect(pids).toHaveLength(1);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await expect(user.finishDump(source)).rejects.toMatchObject({
      kind: 'CommandFailed',
      evidence: { signal: 'SIGKILL' },
    });
    await source.abort();
    expect(await bench.leftovers()).toEqual([]);
  });

  it('may have 2,000 tables', async () => {
    await bench.seed('wide', 'nothing');
    await bench.server.query(
      `do $$ begin
         for n in 1..2000 loop
           execute format('create table t%s (id serial primary key, v text unique)', n);
           execute format('insert into t%s (v) values (%L)', n, n);
           if n % 100 = 0 then commit; end if;
         end loop;
       end $$`,
      'wide',
    );
    const dump = await user.dump('wide');
    const place = target('wide');
    await user.restoreBeside(dump, place);
    expect(dump.facts.contents).toHaveLength(4000);
    expect(await user.digest(dump, place)).toEqual(dump.facts.contents);
    await user.discardBeside(dump, place);
  });

  it('is dumped without counts and digests when the entry says so', async () => {
    await bench.seed('plainly', 'some');
    const entry = { ...bench.entry('plainly'), digests: false };
    const undigested = new EngineUser({ ...bench, entry: () => entry });
    const dump = await undigested.dump('plainly');
    expect(dump.facts.contents).toEqual([]);
    const place = target('plainly');
    await undigested.restoreBeside(dump, place);
    expect(await undigested.digest(dump, place)).toEqual([]);
    await undigested.discardBeside(dump, place);
  });

  it('is digested by the method of the server that it was dumped from', async () => {
    await bench.seed('upgraded', 'some');
    const dump = await user.dump('upgraded');
    const place = target('upgraded');
    await user.restoreBeside(dump, place);
    const as = (method: string) => ({
      ...dump,
      facts: {
        ...dump.facts,
        contents: dump.facts.contents.map((content) => ({ ...content, method })),
      },
    });
    const expected = as('pg2:sum(column_hashes)/14');
    const digests = await user.digest(expected, place);
    for (const { name, digest } of dump.facts.contents.filter(({ rows }) => rows > 0)) {
      expect(digests).toContainEqual(
        expect.objectContaining({ name, digest, method: 'pg2:sum(column_hashes)/14' }),
      );
    }
    const older = await user.digest(as('pg2:sum(hashtextextended)/12'), place);
    expect(older).toContainEqual(
      expect.objectContaining({ name: 'public.cities', method: 'pg2:sum(hashtextextended)/12' }),
    );
    await user.discardBeside(dump, place);
  });

  it('refuses to drop the only copy there is', async () => {
    await bench.seed('alone', 'some');
    const dump = await user.dump('alone');
    const place = target('alone');
    await bench.server.query(`alter database alone rename to alone${place.keepSuffix}`);
    const refused = user.discardKept(dump, place);
    await expect(refused).rejects.toThrow(AdapterError);
    expect(await bench.readKept(place)).toBeDefined();
    await user.swapBack(dump, place);
    expect(await bench.read('alone')).toBeDefined();
  });

  it('ends a query of its digests when the dump is aborted', async () => {
    await bench.seed('slow', 'some');
    const client = await bench.server.connect('slow');
    await client.query('begin; reindex index cities_pkey'); // whoever plans a query on cities waits
    const source = await user.beginDump('slow');
    await until(async () => (await bench.leftovers())[0]);
    await source.abort();
    await until(async () => ((await bench.leftovers()).length === 0 ? true : undefined), 5);
    await client.end();
  });

  it('runs no function of its users when it is digested', async () => {
    await bench.seed('trojan', 'nothing');
    await bench.server.query(
      `create type trap as enum ('set');
       create function spring(trap) returns text language plpgsql as
         $$ begin raise 'sprung'; end $$;
       create cast (trap as text) with function spring(trap);
       create table t as select 'set'::trap as trap`,
      'trojan',
    );
    const { facts } = await user.dump('trojan');
    expect(facts.contents).toContainEqual(expect.objectContaining({ name: 'public.t', rows: 1 }));
  });
});
