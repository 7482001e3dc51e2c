import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresServer } from '../../test/support/postgres-server';

const run = promisify(execFile);

/** Fills a database of its own and returns its size in bytes. */
export async function fillWithPgbench(server: PostgresServer, database: string, scale: number): Promise<number> {
  await server.query(`create database ${database}`);
  const { host, port, user, password } = server;
  const where = ['-h', host, '-p', String(port), '-U', user];
  await run(join(server.programs, 'pgbench'), ['-i', '-q', '-s', String(scale), ...where, database], {
    env: { PGPASSWORD: password },
  });
  const [size] = await server.query<{ bytes: string }>(`select pg_database_size('${database}') as bytes`);
  return Number(size?.bytes);
}

/** What an operator would type; the seconds it takes, into a fresh repository that was initialised before. */
export async function rawPipeline(
  server: PostgresServer,
  database: string,
  restic: string,
  folder: string,
  password: string,
): Promise<number> {
  const repository = join(folder, 'raw-repository');
  await rm(repository, { recursive: true, force: true });
  const env = { ...process.env, RESTIC_PASSWORD: password, RESTIC_REPOSITORY: repository };
  await run(restic, ['init'], { env });
  const { host, port, user } = server;
  const started = performance.now();
  const dump = spawn(
    join(server.programs, 'pg_dump'),
    ['-Fc', '-Z0', '-h', host, '-p', String(port), '-U', user, database],
    { env: { PGPASSWORD: server.password }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const store = spawn(restic, ['backup', '--stdin', '--stdin-filename', 'dump', '--quiet'], {
    env,
    // The pipe itself is handed over: no byte passes through this process.
    stdio: [dump.stdout, 'inherit', 'inherit'],
  });
  dump.stdout.destroy();
  const [dumped, stored] = await Promise.all([once(dump, 'exit'), once(store, 'exit')]);
  if (dumped[0] !== 0 || stored[0] !== 0) throw new Error('the raw pipeline failed');
  return (performance.now() - started) / 1000;
}
