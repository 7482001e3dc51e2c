import type { ComposeProject, PostgresEntry } from '../../../workflows/model/stack';
import { suffixedName, type RestoreTarget } from '../../../workflows/model/restore-target';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import { createPostgresEngine } from '../../../activities/adapters/engines/postgres/engine';
import type { Access } from '../../../activities/adapters/engines/postgres/connect/access';
import { clientProgramsOnHost } from '../../../activities/adapters/engines/postgres/connect/find-client-program';
import { reachServer } from '../../../activities/adapters/engines/postgres/connect/reach-server';
import type { OnProgress } from '../../../activities/ports/attempt';
import type { Containers } from '../../../activities/ports/containers';
import type { Site } from '../../../activities/ports/site';
import { startPostgres, type PostgresServer } from '../../support/postgres-server';
import type { EngineBench } from '../engine-bench';
import { readDatabase } from './read-database';

export const PASSWORD = { env: 'PAWL_TEST_PASSWORD' };

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A server that can be filled, killed and started again. */
export type BenchServer = Omit<PostgresServer, 'pid' | 'programs' | 'socketDirectory'>;

export interface PostgresBench extends EngineBench {
  readonly server: BenchServer;
  entry(source: string): PostgresEntry;
}

export async function startPostgresBench(settings: readonly string[] = []): Promise<PostgresBench> {
  const server = await startPostgres(settings);
  return postgresBench(server, {
    reach: () => ({ reach: { address: server }, password: PASSWORD }),
    containers: noContainers,
  });
}

/** How the engine reaches the bench's server. */
export interface Way {
  reach(): Pick<PostgresEntry, 'reach' | 'password'>;
  readonly containers: Containers;
  readonly compose?: ComposeProject;
}

export function postgresBench(server: BenchServer, way: Way): PostgresBench {
  const entry = (database: string): PostgresEntry => ({
    name: 'accounts',
    engine: 'postgres',
    ...way.reach(),
    database,
    user: server.user,
    digests: true,
  });
  const place = (name: string) => ({
    exists: async () =>
      (
        await server.query<object>(
          `select from pg_database where datname = '${name.replaceAll("'", "''")}'`,
        )
      ).length > 0,
  });
  const drop = (name: string) =>
    server.query(`drop database if exists ${identifier(name)} with (force)`);
  const rename = (from: string, to: string) =>
    server.query(`alter database ${identifier(from)} rename to ${identifier(to)}`);
  const beside = (target: RestoreTarget) =>
    suffixedName('postgres', target.into, target.besideSuffix);
  const keep = (target: RestoreTarget) => suffixedName('postgres', target.into, target.keepSuffix);
  const read = async (name: string) =>
    (await place(name).exists()) ? readDatabase(server, name) : undefined;

  return {
    server,
    engine: createPostgresEngine({ hostRunner, containers: way.containers }),
    site: { ...siteOf(server), ...(way.compose && { compose: way.compose }) },
    names: {
      plain: 'melvin',
      other: 'elsewhere',
      hostile: [
        'we"ird; --',
        'naïve 🙂',
        "a=b host='nowhere' dbname=template1",
        String.raw` back\slash, '' "quoted", :variable \connect x `,
        'postgresql://x@nowhere/x',
        `${'ü'.repeat(31)}x`, // 63 bytes, all that a name may have
      ],
    },
    entry,
    ...('password' in way.reach() && {
      entryWithWrongPassword: (source: string) => ({
        ...entry(source),
        password: { env: 'PAWL_WRONG_PASSWORD' },
      }),
    }),

    async seed(source, amount) {
      await drop(source);
      await server.query(`create database ${identifier(source)}`);
      if (amount !== 'nothing') await fill(server, source);
      if (amount === 'much') {
        await server.query(
          `create table bulk as select n, repeat(md5(n::text), 20) as filler
           from generate_series(1, 60000) n`,
          source,
        );
      }
    },
    async change(source) {
      await server.query(`update cities set payload = '{"changed": true}' where id = 500`, source);
    },
    async remove(name) {
      await drop(name);
    },
    read,
    readKept: (target) => read(keep(target)),
    hasBeside: (target) => place(beside(target)).exists(),

    deaths: [
      {
        title: 'server killed',
        accepted: ['ServiceUnavailable'],
        strike: () => server.kill9(),
        revive: () => server.restart(),
      },
      {
        title: 'session of pg_dump terminated',
        accepted: ['ServiceUnavailable'],
        async strike() {
          await server.query(
            `select pg_terminate_backend(pid) from pg_stat_activity where query like 'COPY %'`,
          );
        },
        revive: () => Promise.resolve(),
      },
      {
        title: 'all sessions terminated',
        accepted: ['ServiceUnavailable'],
        async strike(source) {
          await server.query(
            `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${source}'`,
          );
        },
        revive: () => Promise.resolve(),
      },
      {
        title: 'database dropped',
        accepted: ['ServiceUnavailable', 'PreconditionFailed'],
        strike: async (source) => {
          await drop(source);
        },
        revive: () => Promise.resolve(),
      },
    ],

    halfSwaps: [
      {
        title: 'closed to sessions',
        async perform(target) {
          for (const name of [target.into, beside(target)]) {
            await server.query(`alter database ${identifier(name)} allow_connections false`);
          }
        },
      },
      {
        title: 'the old one was renamed, the new one not yet',
        async perform(target) {
          await server.query(`alter database ${identifier(target.into)} allow_connections false`);
          await rename(target.into, keep(target));
          await server.query(`alter database ${identifier(keep(target))} allow_connections true`);
        },
      },
    ],

    async leftovers() {
      const sessions = await server.query<{ name: string }>(
        `select application_name as name from pg_stat_activity
         where application_name like 'pawl:%' and backend_type = 'client backend'`,
      );
      return sessions.map(({ name }) => name);
    },
    stop: () => server.stop(),
  };
}

export function siteOf(server: BenchServer): Site {
  return {
    stack: 'melvin',
    directory: '/',
    secret: (reference) =>
      Promise.resolve(
        'env' in reference && reference.env === PASSWORD.env ? server.password : 'not the password',
      ),
  };
}

const refuse = (): Promise<never> => Promise.reject(new Error('there are no containers here'));

export const noContainers: Containers = { runner: refuse, mounts: refuse, address: refuse };

/** What the engine reaches the bench's server through. */
export function accessTo(bench: PostgresBench, onProgress: OnProgress): Promise<Access> {
  const findClientProgram = clientProgramsOnHost(hostRunner);
  const dependencies = { hostRunner, findClientProgram, containers: noContainers };
  const { signal } = new AbortController();
  const caller = { applicationName: 'pawl:test', signal, onProgress };
  return reachServer(dependencies, siteOf(bench.server), bench.entry('postgres'), caller);
}

/** Every kind of content that a dump has: partitions, inheritance, types without a hash, odd names, large objects. */
async function fill(server: BenchServer, database: string): Promise<void> {
  const client = await server.connect(database);
  try {
    await client.query(`
      create type mood as enum ('calm', 'cross');
      create domain short as varchar(10);
      create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      create table cities (
        id bigserial primary key, name text not null, mood mood, payload json, tags text[], moods mood[],
        markup xml, price numeric, at timestamptz, where_ point, bits bit varying, nick short, loose text collate loose
      );
      insert into cities (name, mood, payload, tags, moods, markup, price, at, where_, bits, nick, loose)
        select 'city ' || n, case n % 2 when 0 then 'calm'::mood end, '{"n": 1}', array['a', n::text], array['cross'::mood],
               '<a/>', n / 3.0, timestamptz 'epoch' + n * interval '1 hour', point(n, n), b'101', 'x' || n, 'Loose' || n
        from generate_series(1, 1000) n;
      create schema "odd "" schema; --";
      create table "odd "" schema; --"."table '\\ 🙂" ("column "" : x" int, "select" text, r int);
      insert into "odd "" schema; --"."table '\\ 🙂" values (1, E'line\\nbreak \\t tab', 2), (null, null, null);
      create table nothing ();
      insert into nothing default values;
      create table parts (id int, at date) partition by range (at);
      create table parts_2025 partition of parts for values from ('2025-01-01') to ('2026-01-01');
      create table parts_2026 partition of parts for values from ('2026-01-01') to ('2027-01-01');
      insert into parts select n, date '2025-06-01' + n from generate_series(1, 400) n;
      create table parent (a int, b text);
      create table child (c int) inherits (parent);
      alter table parent add column d int default 7;
      insert into child select n, 'b', n from generate_series(1, 10) n;
      create materialized view counts as select count(*) from cities;
      create unlogged table scratch as select 1 as one;
      create sequence unused;
      create index on cities (name);
      select lo_from_bytea(0, convert_to(repeat('large', 300000), 'utf8'));
      select lo_from_bytea(0, '');
      do $$ declare l oid := lo_create(0); fd int;
        begin fd := lo_open(l, 131072); perform lo_lseek(fd, 100000, 0); perform lowrite(fd, 'after a hole'); end $$;
    `);
  } finally {
    await client.end();
  }
}
