/*
 * Recovery points of a SQLite database while a writer commits 200 times a second: how long each takes, whether each keeps the
 * application's promises (a sum of balances; a counter of transfers), and the writer's slowest commit. Beside it the tool of the
 * trade, `sqlite3 .backup`, which begins again with each commit, for as long as all points took.
 *
 *   npm run bench -- sqlite                                        50 points of 100 MB, in both journal modes
 *   npm run bench -- sqlite --megabytes 1000 --points 5
 */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { EngineUser } from '../test/adapters/engine-user';
import { sqliteBench } from '../test/adapters/sqlite/sqlite-bench';
import { brokenPromises, seedBank, startWriter } from '../test/adapters/sqlite/steady-writer';
import { median } from './support/figures';

const COMMITS_A_SECOND = 200;

interface Round {
  readonly wal: boolean;
  readonly megabytes: number;
  readonly points: number;
}

async function hold({ wal, megabytes, points }: Round): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-'));
  const spool = await mkdtemp(join(tmpdir(), 'pawl-bench-'));
  const [bank, copy] = [join(folder, 'bank.db'), join(spool, 'point.db')];
  const bench = sqliteBench(folder, spool);
  const user = new EngineUser(bench);
  try {
    seedBank(bank, { wal, megabytes });
    const writer = startWriter(bank, COMMITS_A_SECOND);
    const begun = performance.now();
    const [seconds, worst, broken]: [number[], number[], string[]] = [[], [], []];
    for (let point = 0; point < points; point += 1) {
      const from = performance.now();
      const source = await user.beginDump('bank.db');
      await pipeline(source.stream, createWriteStream(copy));
      await source.finish();
      seconds.push((performance.now() - from) / 1000);
      worst.push(writer.worst());
      broken.push(...brokenPromises(copy));
    }
    const elapsed = performance.now() - begun;
    const rate = (writer.commits() / elapsed) * 1000;
    const raw = await rawBackup(bank, join(spool, 'raw.db'), Math.min(elapsed, 30_000));
    await writer.stop();
    console.log(
      `${wal ? 'WAL' : 'rollback'}, ${megabytes} MB: ${points} points, ${points - broken.length} consistent; a point took ` +
        `${median(seconds).toFixed(1)} s (median); ${rate.toFixed(0)} commits a second; slowest commit ${Math.max(...worst).toFixed(0)} ms ` +
        `(median of the slowest while a point was taken: ${median(worst).toFixed(0)} ms); sqlite3 .backup: ${raw}`,
    );
    for (const promise of broken) console.log(`  broken: ${promise}`);
    if (broken.length > 0) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true });
    await rm(spool, { recursive: true });
  }
}

async function rawBackup(
  file: string,
  copy: string,
  patienceMilliseconds: number,
): Promise<string> {
  const begun = performance.now();
  const child = spawn('sqlite3', ['-batch', '-cmd', '.timeout 60000', file, `.backup '${copy}'`]);
  const timer = setTimeout(() => child.kill(), patienceMilliseconds);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  return code === 0 ? `${seconds} s` : `had not ended after ${seconds} s`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      megabytes: { type: 'string', default: '100' },
      points: { type: 'string', default: '50' },
    },
  });
  const [megabytes, points] = [Number(values.megabytes), Number(values.points)];
  for (const wal of [true, false]) await hold({ wal, megabytes, points });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
