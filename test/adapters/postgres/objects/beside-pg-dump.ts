import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compareContents } from '../../../../workflows/model/compare-contents';
import { restoreTarget } from '../../../../workflows/model/restore-target';
import type { PostgresEntry } from '../../../../workflows/model/stack';
import type { PostgresServer } from '../../../support/postgres-server';
import { EngineUser } from '../../engine-user';
import type { PostgresBench } from '../postgres-bench';

/*
 * The same database by `pg_dump | pg_restore` and by the engine, on one server, and what of it is there afterwards.
 */

const run = promisify(execFile);
const MOST_OUTPUT_BYTES = 256 * 1024 * 1024;

/** What a database holds: by the heading of each piece of its dump, and by table. Values are compared, never read. */
export type Contents = ReadonlyMap<string, string>;

export interface Restored {
  readonly contents: Contents;
  /** What was said against it; undefined when all went well. */
  readonly complaint: string | undefined;
}

export interface Comparison {
  readonly source: Contents;
  readonly plain: Restored;
  readonly pawl: Restored;
}

/** What an operator says where a restore cannot bring back everything by itself. */
export interface RestoreWish {
  readonly searchPath?: readonly string[];
  readonly leaveOut?: readonly string[];
}

/** Restores a database in both ways, and reads all three. `options` are those of its CREATE DATABASE. */
export async function compare(
  bench: PostgresBench,
  database: string,
  options: string,
  wish: RestoreWish = {},
): Promise<Comparison> {
  const server = bench.server as PostgresServer;
  const source = await read(server, database);
  const plain = await restorePlainly(server, database, options);
  const pawl = await restoreByPawl(bench, database, wish);
  return { source, plain, pawl };
}

/** What is missing or other than in the source. */
export function lacks(source: Contents, { contents }: Restored): string[] {
  return [...source].flatMap(([name, value]) => (contents.get(name) === value ? [] : [name]));
}

async function restorePlainly(
  server: PostgresServer,
  database: string,
  options: string,
): Promise<Restored> {
  await server.query(`create database k_plain ${options}`);
  const folder = await mkdtemp(join(tmpdir(), 'pawl-plain-'));
  const file = join(folder, 'dump');
  try {
    await client(server, 'pg_dump', database, ['--format=custom', '--no-sync', `--file=${file}`]);
    const complaint = await client(server, 'pg_restore', 'k_plain', [file]).then(
      () => undefined,
      complaintOf,
    );
    return { contents: await read(server, 'k_plain'), complaint };
  } catch (error) {
    return { contents: new Map(), complaint: complaintOf(error) };
  } finally {
    await rm(folder, { recursive: true });
    await drop(server, 'k_plain');
  }
}

async function restoreByPawl(
  bench: PostgresBench,
  database: string,
  { searchPath, leaveOut }: RestoreWish,
): Promise<Restored> {
  const user = new EngineUser(bench);
  const target = { ...restoreTarget('k_pawl', 1), ...(leaveOut && { leaveOut }) };
  const server = bench.server as PostgresServer;
  try {
    const taken = await user.dump(database);
    const entry = { ...taken.entry, ...(searchPath && { restore: { searchPath } }) };
    const dump = { ...taken, entry: entry as PostgresEntry };
    const left = await user.restoreBeside(dump, target);
    const differences = compareContents(dump.facts.contents, await user.digest(dump, target));
    await user.swap(dump, target);
    await user.discardKept(dump, target);
    const complaints = [...left, ...differences];
    const complaint = complaints.length > 0 ? complaints.join('; ') : undefined;
    return { contents: await read(server, 'k_pawl'), complaint };
  } catch (error) {
    return { contents: new Map(), complaint: complaintOf(error) };
  } finally {
    await drop(server, 'k_pawl');
    await drop(server, `k_pawl${target.besideSuffix}`);
  }
}

/** With what keeps a database from being dropped. */
async function drop(server: PostgresServer, database: string): Promise<void> {
  const is = `datname = '${database}'`;
  const found = await server.query(`select from pg_database where ${is}`);
  if (found.length === 0) return;
  await server.query(
    `update pg_database set datistemplate = false, datallowconn = true where ${is}`,
  );
  const subscriptions = await server.query<{ drop: string }>(
    `select format('alter subscription %1$I set (slot_name = none); drop subscription %1$I', subname) as drop
     from pg_subscription s join pg_database d on d.oid = subdbid where ${is}`,
  );
  for (const { drop: statement } of subscriptions) {
    for (const one of statement.split('; ')) await server.query(one, database);
  }
  await server.query(`drop database ${database} with (force)`);
}

function complaintOf(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
  const lines = (stderr ?? message).split('\n');
  return lines.find((line) => /error/i.test(line)) ?? lines[0] ?? '';
}

/** As pg_dump prints it, piece by piece, and the rows of materialised views, which it does not print. */
async function read(server: PostgresServer, database: string): Promise<Contents> {
  const { stdout } = await client(server, 'pg_dump', database, [], PRINTED_ALIKE);
  return new Map([...piecesOf(stdout), ...(await materialised(server, database))]);
}

/** Rows are put in order: a restore may give them another. */
function piecesOf(sql: string): [string, string][] {
  const seen = new Map<string, number>();
  return sql
    .split(/^--\n-- (?=(?:Data for )?Name: )/m)
    .slice(1)
    .map((piece): [string, string] => {
      const [heading = '', ...body] = piece.split('\n');
      const times = (seen.get(heading) ?? 0) + 1;
      seen.set(heading, times);
      const lines = body.filter((line) => !NOT_ITS_OWN.test(line));
      const text = heading.startsWith('Data for') ? lines.sort() : lines;
      return [times === 1 ? heading : `${heading} (${times})`, text.join('\n')];
    });
}

/** Whatever the database has set for itself. */
const PRINTED_ALIKE = [
  'bytea_output=hex',
  'quote_all_identifiers=off',
  'xmlbinary=base64',
  'statement_timeout=0',
  'timezone=UTC',
];
const AS_SYSTEM = [...PRINTED_ALIKE, 'search_path=pg_catalog'];

const NOT_ITS_OWN = /^(--.*|\\(un)?restrict .*|SET default_.*|)$/;

async function materialised(
  server: PostgresServer,
  database: string,
): Promise<readonly [string, string][]> {
  const views = await client(
    server,
    'psql',
    database,
    [
      ...['-XqAt', '-c'],
      `select c.oid::regclass from pg_catalog.pg_class c where c.relkind = 'm' and c.relispopulated order by 1`,
    ],
    AS_SYSTEM,
  );
  const names = views.stdout.split('\n').filter((name) => name !== '');
  return Promise.all(
    names.map(async (name): Promise<[string, string]> => {
      const select = `select v.*::text from ${name} v order by 1`;
      const { stdout } = await client(server, 'psql', database, ['-XqAt', '-c', select], AS_SYSTEM);
      return [`Rows of ${name}`, stdout];
    }),
  );
}

function connection({ host, port, user }: PostgresServer, database: string): string {
  const name = database.replace(/[\\']/g, '\\$&');
  return `host='${host}' port='${port}' user='${user}' dbname='${name}'`;
}

async function client(
  server: PostgresServer,
  program: string,
  database: string,
  argv: readonly string[],
  options: readonly string[] = [],
): Promise<{ stdout: string }> {
  const env = {
    PATH: process.env['PATH'],
    LC_ALL: 'C.UTF-8',
    PGPASSWORD: server.password,
    PGOPTIONS: options.map((option) => `-c ${option}`).join(' '),
  };
  const connect = `--dbname=${connection(server, database)}`;
  return run(join(server.programs, program), [...argv, connect], {
    ...{ env, maxBuffer: MOST_OUTPUT_BYTES },
    encoding: 'latin1',
  });
}
