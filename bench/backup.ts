/*
 * pawl's backup beside what an operator would type, in one run, alternating, each into a fresh repository:
 *
 *   pg_dump -Fc -Z0 | restic backup --stdin
 *
 *   npm run bench -- backup            1.2 GB and 0.2 GB, three rounds
 *   npm run bench -- backup --rounds 5
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PawlOnThisHost } from '../examples/demo/pawl-on-this-host';
import { startPostgres, type PostgresServer } from '../test/support/postgres-server';
import { findProgram } from '../toolchain/find-program';
import { fillWithPgbench, rawPipeline } from './support/raw-backup';
import { median, ratio, table } from './support/figures';
import { peakMemoryMegabytes } from './support/memory';

/** pgbench's scale: 100,000 rows or about 15 MB each. */
const SCALES = [80, 14];
const PASSWORD = 'bench-repository-password';

interface Round {
  readonly rawSeconds: number;
  readonly transferSeconds: number;
  readonly digestsSeconds: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
  const restic = (await findProgram('restic')).path;
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-'));
  const server = await startPostgres();
  try {
    for (const scale of SCALES) await compare(folder, server, restic, scale, Number(values.rounds));
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(
  folder: string,
  server: PostgresServer,
  restic: string,
  scale: number,
  rounds: number,
): Promise<void> {
  const database = `bench_${scale}`;
  const bytes = await fillWithPgbench(server, database, scale);
  await writeFile(join(folder, 'pawl.yaml'), stackFile(server, database));
  const pawl = await PawlOnThisHost.start(folder, {
    BENCH_REPOSITORY_PASSWORD: PASSWORD,
    BENCH_DATABASE_PASSWORD: server.password,
  });
  try {
    const done: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      done.push({
        rawSeconds: await rawPipeline(server, database, restic, folder, PASSWORD),
        transferSeconds: await backUp(pawl, folder, 'transfer'),
        digestsSeconds: await backUp(pawl, folder, 'digests'),
      });
    }
    report(bytes, done, await peakMemoryMegabytes(await pawl.pidOf('worker')));
  } finally {
    await pawl.stop();
  }
}

/** One run of one entry into a repository of its own; the seconds of its dump step. */
async function backUp(pawl: PawlOnThisHost, folder: string, entry: string): Promise<number> {
  await rm(join(folder, 'repository'), { recursive: true, force: true });
  const run = await pawl.submit('backup', entry, '--init');
  const { code, stderr } = await pawl.cli('watch', run, '--quiet');
  if (code !== 0) throw new Error(`${run} exited with ${code}: ${stderr}`);
  return pawl.secondsOfStep(run, `back-up:${entry}`);
}

function report(bytes: number, rounds: readonly Round[], peakMegabytes: number): void {
  const raw = rounds.map((round) => round.rawSeconds);
  const row = (name: string, seconds: readonly number[]): string[] => [
    name,
    median(seconds).toFixed(2),
    ratio(seconds, raw).toFixed(3),
  ];
  console.log(`\ndatabase of ${(bytes / 1e6).toFixed(0)} MB, ${rounds.length} rounds`);
  table(
    ['', 'median s', 'ratio to raw'],
    [
      row('pg_dump -Fc -Z0 | restic backup --stdin', raw),
      row('pawl, transfer alone', rounds.map((round) => round.transferSeconds)),
      row('pawl, with row digests', rounds.map((round) => round.digestsSeconds)),
    ],
  );
  console.log(`worker's peak memory: ${peakMegabytes.toFixed(0)} MB`);
}

function stackFile({ host, port, user }: PostgresServer, database: string): string {
  const entry = (name: string, digests: boolean): string => `
  ${name}:
    engine: postgres
    address: {host: ${host}, port: ${port}}
    database: ${database}
    user: ${user}
    password: {env: BENCH_DATABASE_PASSWORD}
    digests: ${digests}`;
  return `stack: bench
repository: {url: ./repository, password: {env: BENCH_REPOSITORY_PASSWORD}}
protect:${entry('transfer', false)}${entry('digests', true)}
`;
}

void main();
