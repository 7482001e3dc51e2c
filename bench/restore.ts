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
import { resticFrom, resticInto, secondsOf, secondsOfPipeline } from './support/pipeline';
import { peakMemoryMegabytes } from './support/process-figures';
import { secondsOfCommand } from './support/seconds-of-command';
import { untilEnded } from './support/until-ended';
import { timesOf, type Times } from './support/times-of-run';

/** About 1 GB. */
const SCALE = 70;
const RAW_TARGET = 'restored_by_hand';
const PAWL_TARGET = 'restored_by_pawl';

interface Lap extends Times {
  /** From its start to its end, its plan included. */
  readonly commandSeconds: number;
}

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
    const [raw, spooled, restored]: [number[], number[], Lap[]] = [[], [], []];
    for (let round = 0; round < rounds; round += 1) {
      const turns = [
        async () => raw.push(await byHand(bench, repository)),
        async () => spooled.push(await fromSpool(bench, repository, join(folder, 'spool'))),
        async () => restored.push(await byPawl(pawl, bench)),
      ];
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
    }
    const byHands = { raw, spooled };
    report(bench.bytes, byHands, restored, await peakMemoryMegabytes(await pawl.pidOf('worker')));
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

/** The archive to disk first: pg_restore can then work at two tables, or indexes, at a time. */
async function fromSpool(
  { server }: PgbenchServer,
  repository: string,
  spool: string,
): Promise<number> {
  await server.query(`drop database if exists ${RAW_TARGET}`);
  await server.query(`create database ${RAW_TARGET}`);
  const toDisk = { argv: ['dd', `of=${spool}`, 'bs=1M', 'status=none'] };
  const fetching = await secondsOfPipeline(await resticFrom(repository), toDisk);
  const restoring = await secondsOf(client(server, 'pg_restore', '-j2', '-d', RAW_TARGET, spool));
  await rm(spool);
  return fetching + restoring;
}

async function byPawl(pawl: PawlOnThisHost, { server }: PgbenchServer): Promise<Lap> {
  await server.query(`drop database if exists ${PAWL_TARGET}`);
  const asked = ['restore', 'thing', '--into', PAWL_TARGET, '-y'];
  const { run, seconds } = await secondsOfCommand(pawl, ...asked);
  return { ...(await timesOf(pawl, run, 'restore:thing')), commandSeconds: seconds };
}

async function follow(pawl: PawlOnThisHost, ...argv: string[]): Promise<string> {
  const run = await pawl.submit(...argv);
  await untilEnded(pawl, run);
  return run;
}

function report(
  bytes: number,
  { raw, spooled }: { readonly raw: readonly number[]; readonly spooled: readonly number[] },
  restored: readonly Lap[],
  peak: number,
): void {
  const steps = restored.map(({ stepSeconds }) => stepSeconds);
  const runs = restored.map(({ runSeconds }) => runSeconds);
  const commands = restored.map(({ commandSeconds }) => commandSeconds);
  console.log(`\nPostgreSQL: ${(bytes / 1e6).toFixed(0)} MB, ${raw.length} rounds`);
  table(
    ['', 'median s', 'ratio'],
    [
      ['restic dump | pg_restore', median(raw).toFixed(2), ''],
      [
        'restic dump to disk, then pg_restore -j2',
        median(spooled).toFixed(2),
        ratio(spooled, raw).middle.toFixed(3),
      ],
      ['pawl, the transfer', median(steps).toFixed(2), ratio(steps, raw).middle.toFixed(3)],
      ['pawl, whole run with proof', median(runs).toFixed(2), ratio(runs, raw).middle.toFixed(3)],
      [
        'pawl restore, the command with its plan',
        median(commands).toFixed(2),
        ratio(commands, raw).middle.toFixed(3),
      ],
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
