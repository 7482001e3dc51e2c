import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startPostgres, type PostgresServer } from '../../test/support/postgres-server';
import type { Program } from './pipeline';

const run = promisify(execFile);

/** A server with one database of pgbench's; nearly all of it is one table. */
export interface PgbenchServer {
  readonly server: PostgresServer;
  readonly database: string;
  readonly bytes: number;
}

/** Scale: 100,000 rows or about 15 MB each. */
export async function startPgbench(scale: number): Promise<PgbenchServer> {
  const server = await startPostgres();
  const database = 'bench';
  await server.query(`create database ${database}`);
  const { argv, env } = client(server, 'pgbench', '-i', '-q', '-s', String(scale), database);
  const [program = '', ...rest] = argv;
  await run(program, rest, { env: { ...process.env, ...env } });
  const [size] = await server.query<{ bytes: string }>(
    `select pg_database_size('${database}') as bytes`,
  );
  return { server, database, bytes: Number(size?.bytes) };
}

/** A client program of the server's version that connects to it. */
export function client(server: PostgresServer, program: string, ...argv: string[]): Program {
  const where = ['-h', server.host, '-p', String(server.port), '-U', server.user];
  return {
    argv: [join(server.programs, program), ...where, ...argv],
    env: { PGPASSWORD: server.password },
  };
}

/** The entry of a stack file, in one line. */
export function postgresEntry({ server, database }: PgbenchServer, digests: boolean): string {
  const { host, port, user } = server;
  return (
    `engine: postgres, address: {host: ${host}, port: ${port}}, database: ${database}, ` +
    `user: ${user}, password: {env: BENCH_DATABASE_PASSWORD}, digests: ${digests}`
  );
}
