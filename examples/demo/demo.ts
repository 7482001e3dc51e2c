/*
 * pawl's main job on real input: a database and a folder are backed up, lost and restored, while the worker and the
 * server are killed in the middle of it. Everything goes through the command line that an operator has; the proof at the
 * end is computed without pawl.
 *
 *   npm run demo             leaves no process behind
 *   npm run demo -- --keep   leaves the UI and the data for a look
 */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Client } from 'pg';
import { makeReady } from '../../toolchain/make-ready';
import { killInMidStep, type Crash } from './crash';
import { digestDatabase, digestFolder, type Digests } from './digest';
import { dropEverything, fillDatabase } from './fill-database';
import { endEarlierDemo, keepRunning } from './kept-demo';
import { PawlOnThisHost } from './pawl-on-this-host';
import { compare, writeReport, type DemoReport } from './report';
import { chooseDatabase, type DemoDatabase } from './start-database';
import { stackFile } from './stack-file';
import { endAtSignal, Started } from './started';
import { chapter, tell } from './timeline';

const ROOT = join(__dirname, '..', '..');
const FOLDER = join(ROOT, '.pawl', 'demo');
const UPLOADS = join(FOLDER, 'uploads');
/** Real files of different kinds and sizes that every clone has after its installation. */
const REAL_FILES = join(ROOT, 'node_modules', 'typescript', 'lib');

async function main(started: Started, stop: AbortSignal): Promise<boolean> {
  const startDatabase = await chooseDatabase();
  chapter('Programs: found, or got now');
  await getPrograms(stop);
  await endEarlierDemo(FOLDER);
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  chapter('A stack: a PostgreSQL database and a folder of uploads');
  const database = await started.begin(
    () => startDatabase(stop),
    (running) => running.stop(),
  );
  const rows = await fill(database);
  const before = await digestAll(database);
  const pawl = await startPawl(database, started);
  const backup = await backUpThroughCrashes(pawl);
  await disaster(database);
  const restore = await restoreThroughCrash(pawl);
  const proved = await prove(database, { rows, before, backup, restore });
  if (!process.argv.includes('--keep')) return proved;
  process.exitCode = proved ? 0 : 1;
  return keepRunning(FOLDER, pawl, database);
}

/** First of all: on a fresh machine they may be built for minutes, while nothing else waits for them. */
async function getPrograms(signal: AbortSignal): Promise<void> {
  const programs = await makeReady(['temporal', 'restic'], { signal });
  for (const [name, { version, path }] of Object.entries(programs)) {
    tell(`${name} ${version} is ${path}`);
  }
}

async function fill(database: DemoDatabase): Promise<number> {
  const rows = await withClient(database, fillDatabase);
  await cp(REAL_FILES, UPLOADS, { recursive: true });
  tell(
    `${database.description} holds ${rows.toLocaleString('en')} cities, related tables, large objects`,
  );
  tell(
    `${relative(ROOT, UPLOADS)} holds ${(await readdir(UPLOADS, { recursive: true })).length} real files`,
  );
  return rows;
}

async function digestAll(database: DemoDatabase): Promise<Digests> {
  const [tables, uploads] = [
    await withClient(database, digestDatabase),
    await digestFolder(UPLOADS),
  ];
  tell('digests of every table and file are taken, without pawl');
  return { ...tables, uploads };
}

async function startPawl(database: DemoDatabase, started: Started): Promise<PawlOnThisHost> {
  await writeFile(join(FOLDER, 'pawl.yaml'), stackFile(database));
  const secrets = {
    DEMO_REPOSITORY_PASSWORD: randomBytes(18).toString('base64url'),
    DEMO_DATABASE_PASSWORD: database.password,
  };
  const pawl = await PawlOnThisHost.start(FOLDER, secrets, (server) => {
    started.add(() => server.stop());
  });
  tell(`pawl server runs; Temporal's UI is at ${pawl.ui}`);
  return pawl;
}

interface RunThroughCrashes {
  readonly run: string;
  readonly crashes: readonly Crash[];
}

async function backUpThroughCrashes(pawl: PawlOnThisHost): Promise<RunThroughCrashes> {
  chapter('pawl backup --init, while things die');
  const run = await pawl.submit('backup', '--init');
  tell(`run ${run} is taken`);
  const inMidDump = await killInMidStep(
    pawl,
    run,
    'back-up:cities',
    'worker',
    ({ bytes }) => bytes > 0,
  );
  const beforeManifest = await killInMidStep(
    pawl,
    run,
    'back-up:cities',
    'server',
    ({ bytes, state }) => bytes > 0 && state === 'running',
  );
  await follow(pawl, run);
  return { run, crashes: [inMidDump, beforeManifest] };
}

async function disaster(database: DemoDatabase): Promise<void> {
  chapter('A disaster');
  await withClient(database, dropEverything);
  for (const name of await readdir(UPLOADS)) await rm(join(UPLOADS, name), { recursive: true });
  tell('all tables are dropped, all files are deleted');
}

async function restoreThroughCrash(pawl: PawlOnThisHost): Promise<RunThroughCrashes> {
  chapter('pawl restore --confirm=demo, while things die');
  const run = await pawl.submit('restore', '--confirm=demo');
  tell(`run ${run} is taken`);
  const inMidRestore = await killInMidStep(
    pawl,
    run,
    'restore:cities',
    'worker',
    ({ bytes }) => bytes > 0,
  );
  await follow(pawl, run);
  return { run, crashes: [inMidRestore] };
}

async function follow(pawl: PawlOnThisHost, run: string): Promise<void> {
  const { code, stdout, stderr } = await pawl.cli('watch', run, '--quiet');
  if (code !== 0) throw new Error(`${run} ended with exit code ${code}:\n${stdout}${stderr}`);
  tell(`run ${run} is done`);
}

async function prove(
  database: DemoDatabase,
  story: { rows: number; before: Digests; backup: RunThroughCrashes; restore: RunThroughCrashes },
): Promise<boolean> {
  chapter('Proof');
  const digests = compare(story.before, await digestAll(database));
  for (const { name, equal } of digests) tell(`${equal ? '✓ equal    ' : '✗ DIFFERENT'} ${name}`);
  const equal = digests.every((comparison) => comparison.equal);
  const report: DemoReport = {
    schema: 'pawl/demo@1',
    rows: story.rows,
    backup: story.backup.run,
    restore: story.restore.run,
    crashes: [...story.backup.crashes, ...story.restore.crashes],
    digests,
    equal,
  };
  await writeReport(join(FOLDER, 'report.json'), report);
  const killed = report.crashes.length;
  tell(
    equal
      ? `Proved: ${killed} × kill -9, nothing lost. ${relative(ROOT, join(FOLDER, 'report.json'))}`
      : 'NOT proved.',
  );
  return equal;
}

async function withClient<Output>(
  database: DemoDatabase,
  work: (client: Client) => Promise<Output>,
): Promise<Output> {
  const client = await database.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Whatever happens, all that was started is ended before this process is. */
async function demo(): Promise<void> {
  const started = new Started();
  const stop = endAtSignal(started);
  try {
    process.exitCode = (await main(started, stop)) ? 0 : 1;
  } catch (error) {
    // What fails while it is being ended says nothing.
    if (stop.aborted) return;
    console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  } finally {
    await started.endAll();
  }
}

void demo();
