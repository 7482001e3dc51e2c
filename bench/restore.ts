/*
 * pawl's restore of a database that is nearly one table beside `restic dump | pg_restore`, in turns in one run. pawl's
 * step also empties the place beside and compares the SHA-256 of what it read; the proof of every row is a step of its own.
 *
 *   npm run bench -- restore --rounds 5
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PawlOnThisHost } from '../examples/demo/pawl-on-this-host';
import { PASSWORD } from './support/contest';
import { median, ratio, table } from './support/figures';
import { client, postgresEntry, startPgbench, type PgbenchServer } from './support/pgbench';
import { resticFrom, resticInto, secondsOfPipeline } from './support/pipeline';
import { peakMemoryMegabytes } from './support/process-figures';
import { untilEnded } from './support/until-ended';
import { timesOf, type Times } from './support/times-of-run';

/** About 1 GB. */
const SCALE = 70;
const RAW_TARGET = 'restored_by_hand';
const PAWL_TARGET = 'restored_by_pawl';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
  const bench = await startPgbench(SCALE);
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-'));
  try {
    await compare(bench, folder, Number(values.rounds));
  } finally {
    await bench.server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(bench: PgbenchServer, folder: string, rounds: number): Promise<void> {
  await writeFile(join(folder, 'pawl.yaml'), stackFile(bench));
  const repository = join(folder, 'raw-repository');
  const dump = client(bench.server, 'pg_dump', '-Fc', '-Z0', bench.database);
  await secondsOfPipeline(dump, await resticInto(repository));
  const secrets = {
    BENCH_REPOSITORY_PASSWORD: PASSWORD,
    BENCH_DATABASE_PASSWORD: bench.server.password,
  };
  const pawl = await PawlOnThisHost.start(folder, secrets);
  try {
    await follow(pawl, 'backup', '--init');
    const [raw, restored]: [number[], Times[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      const turns = [
        async () => raw.push(await byHand(bench, repository)),
        async () => restored.push(await byPawl(pawl, bench)),
      ];
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
    }
    report(bench.bytes, raw, restored, await peakMemoryMegabytes(await pawl.pidOf('worker')));
  } finally {
    await pawl.stop();
  }
}

async function byHand({ server }: PgbenchServer, repository: string): Promise<number> {
  await server.query(`drop database if exists ${RAW_TARGET}`);
  await server.query(`create database ${RAW_TARGET}`);
  return secondsOfPipeline(
    await resticFrom(repository),
    client(server, 'pg_restore', '-d', RAW_TARGET),
  );
}

async function byPawl(pawl: PawlOnThisHost, { server }: PgbenchServer): Promise<Times> {
  await server.query(`drop database if exists ${PAWL_TARGET}`);
  return timesOf(
    pawl,
    await follow(pawl, 'restore', 'thing', '--into', PAWL_TARGET, '-y'),
    'restore:thing',
  );
}

async function follow(pawl: PawlOnThisHost, ...argv: string[]): Promise<string> {
  const run = await pawl.submit(...argv);
  await untilEnded(pawl, run);
  return run;
}

function report(
  bytes: number,
  raw: readonly number[],
  restored: readonly Times[],
  peak: number,
): void {
  const steps = restored.map(({ stepSeconds }) => stepSeconds);
  const runs = restored.map(({ runSeconds }) => runSeconds);
  console.log(`\nPostgreSQL: ${(bytes / 1e6).toFixed(0)} MB, ${raw.length} rounds`);
  table(
    ['', 'median s', 'ratio'],
    [
      ['restic dump | pg_restore', median(raw).toFixed(2), ''],
      ['pawl, the transfer', median(steps).toFixed(2), ratio(steps, raw).middle.toFixed(3)],
      ['pawl, whole run with proof', median(runs).toFixed(2), ratio(runs, raw).middle.toFixed(3)],
    ],
  );
  console.log(`worker's resident memory: ${peak.toFixed(0)} MB at its peak, backup included`);
}

function stackFile(bench: PgbenchServer): string {
  return `stack: bench
repository: {url: ./repository, password: {env: BENCH_REPOSITORY_PASSWORD}}
protect:
  thing: {${postgresEntry(bench, true)}}
`;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
