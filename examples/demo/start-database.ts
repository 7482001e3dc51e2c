import type { Client } from 'pg';
import { startPostgres } from '../../test/support/postgres-server';

/** A real PostgreSQL of the demo's own, on a free port of this machine. */
export interface DemoDatabase {
  readonly description: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly pids: readonly number[];
  connect(): Promise<Client>;
  stop(): Promise<void>;
}

/** The machine's server programs. */
export async function startDatabase(): Promise<DemoDatabase> {
  const server = await startPostgres();
  const [version] = await server.query<{ server_version: string }>('show server_version');
  await server.query('create database cities');
  const { host, port, user, password } = server;
  return {
    description: `PostgreSQL ${version?.server_version ?? '?'}`,
    host,
    port,
    user,
    password,
    pids: [server.pid],
    connect: () => server.connect('cities'),
    stop: () => server.stop(),
  };
}
