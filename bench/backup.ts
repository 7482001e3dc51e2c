/*
 * pawl's backup beside what an operator would type, in turns in one run, each into a fresh repository.
 *
 *   npm run bench -- backup                          all contests
 *   npm run bench -- backup postgres --rounds 9      one of them
 *   npm run bench -- backup small                    what a run costs beside its bytes
 *   npm run bench -- backup many --files 100000      a folder of which little has changed, 100 KB a file
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { filesContest, manyFilesContest, smallContest } from './contests/files';
import { mongodbContest } from './contests/mongodb';
import { postgresContest } from './contests/postgres';
import { hold, type Contest } from './support/contest';
import { report } from './support/report';

const BYTES_OF_A_FILE = 100_000;

/** The small database shows whether the worker's memory depends on the size of the data. */
const CONTESTS: Readonly<Record<string, (files: number) => Promise<Contest>>> = {
  postgres: () => postgresContest(80),
  'postgres-small': () => postgresContest(14),
  mongodb: () => mongodbContest(300_000),
  files: () => filesContest(),
  many: (files) => manyFilesContest(files, BYTES_OF_A_FILE),
  small: () => smallContest(),
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      files: { type: 'string', default: '10000' },
    },
  });
  for (const name of positionals.length > 0 ? positionals : Object.keys(CONTESTS)) {
    const open = CONTESTS[name];
    if (open === undefined) throw new Error(`contests: ${Object.keys(CONTESTS).join(', ')}`);
    await holdIn(await open(Number(values.files)), Number(values.rounds));
  }
}

async function holdIn(contest: Contest, rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-'));
  try {
    report(contest, await hold(contest, folder, rounds));
  } finally {
    await contest.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
