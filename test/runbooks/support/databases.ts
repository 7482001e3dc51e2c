import { randomBytes } from 'node:crypto';
import type { PostgresServer } from '../../support/postgres-server';

/** As SQL wants a name, whatever it holds. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A database with one table of so many rows of a kilobyte each that does not compress. */
export async function makeDatabase(
  server: PostgresServer,
  name = `bad_day_${randomBytes(4).toString('hex')}`,
  rows = 10,
): Promise<string> {
  await server.query(`create database ${quoted(name)}`);
  await server.query(
    `create table notes (id integer primary key, note text not null);
     insert into notes
       select i, (select string_agg(md5(i::text || j::text), '') from generate_series(1, 32) j)
       from generate_series(1, ${rows}) i`,
    name,
  );
  return name;
}

/** Number and digest of the table's rows; computed without pawl. */
export async function notesIn(server: PostgresServer, database: string): Promise<string> {
  const [row] = await server.query<{ told: string }>(
    `select count(*) || ' ' || md5(string_agg(id || note, ',' order by id)) as told from notes`,
    database,
  );
  return row?.told ?? '';
}

/** Names of all databases, the server's own left out. */
export async function databasesOf(server: PostgresServer): Promise<string[]> {
  const rows = await server.query<{ datname: string }>(
    `select datname from pg_database where datname <> all ('{postgres,template0,template1}')
     order by datname collate "C"`,
  );
  return rows.map(({ datname }) => datname);
}

/** An entry of `protect`; the password is the worker's `DATABASE_PASSWORD`. */
export function postgresEntry(server: PostgresServer, database: string | { readonly all: true }) {
  const { host, port, user } = server;
  const password = { env: 'DATABASE_PASSWORD' };
  return { engine: 'postgres', address: { host, port }, database, user, password };
}
