import { Readable } from 'node:stream';
import { withoutNamed } from '../../../workflows/model/compare-contents';
import { restoreTarget, type RestoreTarget } from '../../../workflows/model/restore-target';
import { describeWith } from '../../support/requirements';
import { EngineUser, type WholeDump } from '../engine-user';
import { startPostgresBench, type PostgresBench } from './postgres-bench';

/** A materialised view over a function that names its table without a schema, as in pgcopydb#484. */
const MATERIALISED = `
  create table docs (id int primary key, words text);
  insert into docs select g, 'word' || g from generate_series(1, 100) g;
  create function n_docs() returns bigint language sql stable as 'select count(*) from docs';
  create materialized view totals as select n_docs() as n;
  create view "shown to" as select n + 1 as n from totals`;

/** As Immich had it: an extension's function names its type without a schema (immich#5630). */
const EARTH = `
  create extension cube; create extension earthdistance;
  create table places (
    id int primary key, latitude float8, longitude float8,
    "earthCoord" earth generated always as (ll_to_earth(latitude, longitude)) stored);
  insert into places (id, latitude, longitude) select g, g % 90, g % 180 from generate_series(1, 200) g;
  create index places_coord on places using gist ("earthCoord");
  create table visits (id int primary key, place int references places);
  insert into visits select g, g from generate_series(1, 50) g`;

describeWith(['postgres'], 'PostgreSQL, objects that cannot be restored', () => {
  let bench: PostgresBench;
  let user: EngineUser;
  let number = 300;

  let views: WholeDump;
  let earth: WholeDump;

  beforeAll(async () => {
    bench = await startPostgresBench();
    user = new EngineUser(bench);
    views = await make('views', MATERIALISED);
    earth = await make('earth', EARTH);
  });
  afterAll(() => bench.stop());

  const make = async (database: string, sql: string): Promise<WholeDump> => {
    await bench.server.query(`create database ${database}`);
    await bench.server.query(sql, database);
    return user.dump(database);
  };
  const place = (into: string, leaveOut: readonly string[] = []): RestoreTarget => ({
    ...restoreTarget(into, ++number),
    ...(leaveOut.length > 0 && { leaveOut }),
  });
  const query = <Row>(sql: string, { into, besideSuffix }: RestoreTarget) =>
    bench.server.query<Row>(sql, `${into}${besideSuffix}`);
  const choice = (dump: WholeDump, names: readonly string[]) =>
    bench.engine.chooseLeftOut?.(Readable.from([dump.bytes]), names);
  /** What the proof compares. */
  const isProved = async (
    dump: WholeDump,
    target: RestoreTarget,
    unproved: readonly string[],
  ): Promise<void> => {
    const digests = withoutNamed(await user.digest(dump, target), unproved);
    expect(digests).toEqual(withoutNamed(dump.facts.contents, unproved));
    expect(digests.length).toBeGreaterThan(0);
  };
  const receive = async (dump: WholeDump, target: RestoreTarget) => {
    await user.prepare(dump, target);
    return user.receive(dump, target);
  };

  it('names a materialised view that cannot be filled, and does not try in vain again', async () => {
    const dump = views;
    await expect(receive(dump, place('views'))).rejects.toMatchObject({
      kind: 'CommandFailed',
      isFinal: true,
      message: expect.stringContaining(
        'materialized view data public.totals: relation "docs" does not exist',
      ) as unknown,
      evidence: {
        advice: expect.stringMatching(
          /searchPath: \[public\].*--leave-out 'materialized view data public\.totals'/,
        ) as unknown,
      },
    });
  });

  it('restores it with the search path of the entry', async () => {
    const dump = views;
    const entry = { ...bench.entry('views'), restore: { searchPath: ['public'] } };
    const target = place('views');
    expect(await receive({ ...dump, entry }, target)).toEqual({ leftOut: [], unproved: [] });
    expect(await query('select n::int from totals', target)).toEqual([{ n: 100 }]);
    await isProved(dump, target, []);
  });

  it('leaves it empty when it is told to, and proves the rest', async () => {
    const dump = views;
    const target = place('views', ['materialized view data public.totals']);
    const taken = await receive(dump, target);
    expect(taken.leftOut).toEqual([{ kind: 'materialized view data', name: 'public.totals' }]);
    expect(await query('select ispopulated as is from pg_matviews', target)).toEqual([
      { is: false },
    ]);
    await isProved(dump, target, taken.unproved);
  });

  it('leaves what needs a left out object out with it, and says why', async () => {
    const dump = views;
    const target = place('views', ['public.totals']);
    expect(await choice(dump, ['public.totals'])).toEqual({
      objects: [{ kind: 'materialized view', name: 'public.totals' }],
      dependents: [{ kind: 'view', name: 'public."shown to"' }],
      ...{ moreDependents: 0, unknown: [], ambiguous: [] },
    });
    const taken = await receive(dump, target);
    expect(taken).toEqual({
      leftOut: [
        { kind: 'materialized view', name: 'public.totals' },
        {
          ...{ kind: 'view', name: 'public."shown to"' },
          reason: 'relation "public.totals" does not exist',
        },
      ],
      unproved: [],
    });
    await isProved(dump, target, taken.unproved);
  });

  it('says before the first row is copied that a table cannot be made, and all that fails with it', async () => {
    const dump = earth;
    const target = place('earth');
    await expect(receive(dump, target)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^pg_restore could not restore everything into earth_restoring_\d+ at .*: table public\.places: .*type "?earth"? does not exist.*; and 1 more that need/,
      ) as unknown,
    });
    expect(await query('select count(*)::int as n from visits', target)).toEqual([{ n: 0 }]);
  });

  it('restores with a search path what Immich says needs one', async () => {
    const dump = earth;
    const entry = { ...bench.entry('earth'), restore: { searchPath: ['public'] } };
    const target = place('earth');
    expect(await receive({ ...dump, entry }, target)).toEqual({ leftOut: [], unproved: [] });
    expect(await query('select count(*)::int as n from places', target)).toEqual([{ n: 200 }]);
    await isProved(dump, target, []);
  });

  it('leaves a table out with its rows and indexes, and proves the others', async () => {
    const dump = earth;
    const target = place('earth', ['public.places']);
    const taken = await receive(dump, target);
    expect(taken).toEqual({
      leftOut: [
        { kind: 'table', name: 'public.places' },
        expect.objectContaining({ kind: 'fk constraint', name: 'public.visits.visits_place_fkey' }),
      ],
      unproved: ['public.places'],
    });
    await isProved(dump, target, taken.unproved);
    expect(await query('select count(*)::int as n from visits', target)).toEqual([{ n: 50 }]);
  });

  it('leaves only the rows of a table out, the last one of an archive too', async () => {
    const dump = earth;
    const target = place('earth', ['table data visits', 'places', 'visits_place_fkey']);
    const taken = await receive(dump, target);
    expect(taken.unproved).toEqual(['public.places', 'public.visits']);
    expect(await query('select count(*)::int as n from visits', target)).toEqual([{ n: 0 }]);
  });

  it('copies rows again whose check reads another table', async () => {
    const dump = await make(
      'checked',
      `create table a_orders (id int primary key, customer int);
       create table z_customers (id int primary key);
       create function is_known(int) returns boolean language sql stable
         as 'select exists (select from public.z_customers where id = $1)';
       insert into z_customers select generate_series(1, 10);
       insert into a_orders select g, g from generate_series(1, 10) g;
       alter table a_orders add check (is_known(customer));
       create sequence a_numbers; select setval('a_numbers', 77)`,
    );
    const target = place('checked');
    expect(await receive(dump, target)).toEqual({ leftOut: [], unproved: [] });
    expect(await query('select count(*)::int as n from a_orders', target)).toEqual([{ n: 10 }]);
    await isProved(dump, target, []);
  });

  it('fills materialised views that need each other in ways that only their functions know', async () => {
    const dump = await make(
      'chained',
      `create function up(text) returns bigint language plpgsql stable as
         $$ declare n bigint; begin execute 'select n from public.' || $1 into n; return n + 1; end $$;
       create materialized view d as select 1::bigint as n;
       create materialized view c as select up('d') as n;
       create materialized view b as select up('c') as n;
       create materialized view a as select up('b') as n`,
    );
    const target = place('chained');
    expect(await receive(dump, target)).toEqual({ leftOut: [], unproved: [] });
    expect(await query('select n::int from a', target)).toEqual([{ n: 4 }]);
  });

  it('does not prove a partitioned table of which a partition was left out', async () => {
    const dump = await make(
      'parted',
      `create table log (id int, at int) partition by range (at);
       create table log_1 partition of log for values from (1) to (10);
       create table log_2 partition of log for values from (10) to (20);
       insert into log select g, g from generate_series(1, 19) g`,
    );
    const taken = await receive(dump, place('parted', ['log_1']));
    expect([...taken.unproved].sort()).toEqual(['public.log', 'public.log_1']);
  });

  it('knows names whatever is in them, and asks when one means several things', async () => {
    const dump = await make(
      'named',
      `create schema "a.b"; create schema a; create table "a.b".c (); create table a."b.c" ();
       create table "My ""own"" table" (x int constraint "my check" check (x > 0));
       create function f(int) returns int language sql as 'select 1';
       create function f(text) returns int language sql as 'select 2';
       create table twice (); create schema other; create table other.twice ()`,
    );
    const meant = async (...names: string[]) => {
      const { objects = [], unknown, ambiguous } = (await choice(dump, names)) ?? {};
      return { objects: objects.map(({ kind, name }) => `${kind} ${name}`), unknown, ambiguous };
    };
    expect(
      await meant(
        '"a.b".c',
        'a."b.c"',
        'public."My ""own"" table"',
        'public.f(integer)',
        'schema a',
      ),
    ).toEqual({
      objects: [
        'table "a.b".c',
        'table a."b.c"',
        'table public."My ""own"" table"',
        'function public.f(integer)',
        'schema a',
      ],
      ...{ unknown: [], ambiguous: [] },
    });
    const unclear = await meant('a.b.c', 'twice', 'f', 'nothing', 'table schema');
    expect(unclear).toMatchObject({ objects: [], unknown: ['nothing', 'table schema'] });
    expect(unclear.ambiguous?.map(({ name, objects }) => [name, objects.length])).toEqual([
      ['a.b.c', 2],
      ['twice', 2],
      ['f', 2],
    ]);
  });
});
