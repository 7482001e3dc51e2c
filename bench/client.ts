/*
 * What a command costs that a person types, and a worker until it is ready: CPU (user and system) and memory of the process,
 * beside bare `node`, `temporal workflow list` and `docker compose ps` in the same rounds.
 *
 *   npm run bench -- client [--rounds 15]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createQuickRepository } from '../test/support/quick-repository';
import { startPawl, type PawlEnvironment } from '../test/support/pawl-environment';
import { findProgram } from '../toolchain/find-program';
import { distFile } from '../worker/dist-file';
import { median, table } from './support/figures';
import { cpuSeconds, peakMemoryMegabytes } from './support/process-figures';

const CLI = distFile('client', 'main.js');
const PASSWORD = 'correct horse';
const WORKER_STARTS = 5;

interface Command {
  readonly argv: readonly string[];
  readonly atMost?: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });
  const cache = await mkdtemp(join(tmpdir(), 'pawl-bench-'));
  const env = { PAWL_CACHE_DIR: cache, REPOSITORY_PASSWORD: PASSWORD };
  await useProgramsOfCache();
  const pawl = await startPawl({ env });
  try {
    await makeRun(pawl);
    await measureCommands(pawl, Number(values.rounds));
    await measureWorker(pawl);
  } finally {
    await pawl.stop();
    await rm(cache, { recursive: true, force: true });
  }
}

/** They are found where they are, while what is compiled goes to a cache of its own. */
async function useProgramsOfCache(): Promise<void> {
  for (const [name, variable] of [
    ['temporal', 'PAWL_TEMPORAL'],
    ['restic', 'PAWL_RESTIC'],
    ['compose', 'PAWL_COMPOSE'],
  ] as const) {
    process.env[variable] = (await findProgram(name)).path;
  }
}

async function makeRun(pawl: PawlEnvironment): Promise<void> {
  await mkdir(join(pawl.directory, 'uploads'));
  await createQuickRepository(join(pawl.directory, 'repository'), PASSWORD);
  const lines = [
    'stack: melvin',
    'repository: {url: ./repository, password: {env: REPOSITORY_PASSWORD}}',
    'protect: {uploads: {engine: files, path: ./uploads}}',
  ];
  await writeFile(join(pawl.directory, 'pawl.yaml'), `${lines.join('\n')}\n`);
  await writeFile(
    join(pawl.directory, 'compose.yaml'),
    'name: pawl-bench-client\nservices: {idle: {image: busybox}}\n',
  );
  const { code, stderr } = await pawl.cli(['backup']);
  if (code !== 0) throw new Error(stderr);
}

async function measureCommands(pawl: PawlEnvironment, rounds: number): Promise<void> {
  const compose = (await findProgram('compose')).path;
  const commands: Readonly<Record<string, Command>> = {
    'node -e 0': { argv: [process.execPath, '-e', '0'] },
    'pawl --help': { argv: pawlArgv('--help'), atMost: 150 },
    'pawl complete -- ba': { argv: pawlArgv('complete', '--', 'ba'), atMost: 150 },
    'pawl config validate': { argv: pawlArgv('config', 'validate') },
    'pawl status': { argv: pawlArgv('status'), atMost: 300 },
    'pawl runs': { argv: pawlArgv('runs'), atMost: 300 },
    'pawl show 1': { argv: pawlArgv('show', '1'), atMost: 300 },
    'temporal workflow list': { argv: [pawl.temporal.program, 'workflow', 'list'] },
    'docker compose ps': { argv: [compose, 'ps'] },
  };
  const first = new Map<string, number>();
  const laps = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round++) {
    for (const [name, { argv }] of Object.entries(commands)) {
      const empty = join(pawl.directory, 'empty-cache', name.replaceAll(' ', '-'));
      const env = round === 0 ? { ...pawl.env, PAWL_CACHE_DIR: empty } : pawl.env;
      const milliseconds = await cpuMilliseconds(argv, pawl.directory, env);
      if (round === 0) first.set(name, milliseconds);
      else laps.set(name, [...(laps.get(name) ?? []), milliseconds]);
    }
  }
  const rows = Object.entries(commands).map(([name, { atMost }]) => {
    const all = laps.get(name) ?? [];
    const middle = median(all);
    const promised =
      atMost === undefined ? '' : `≤ ${atMost} ${middle <= atMost ? 'kept' : 'MISSED'}`;
    return [
      name,
      (first.get(name) ?? NaN).toFixed(0),
      Math.min(...all).toFixed(0),
      middle.toFixed(0),
      promised,
    ];
  });
  console.log(
    `${rounds} rounds, load average ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
  );
  table(['', 'CPU ms, nothing kept', 'least', 'median', 'promised'], rows);
}

function pawlArgv(...args: readonly string[]): readonly string[] {
  return [process.execPath, CLI, ...args];
}

/** User and system time of a process and what it has started and waited for, in milliseconds, by the shell's `times`. */
async function cpuMilliseconds(
  argv: readonly string[],
  cwd: string,
  env: PawlEnvironment['env'],
): Promise<number> {
  const script = 'set -e; "$@" >/dev/null 2>&1; times';
  const child = spawn('bash', ['-c', script, 'bash', ...argv], {
    ...{ cwd, env: { ...env } },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${argv.join(' ')} failed`);
  // Its second line is of the children: `0m0.123s 0m0.045s`.
  const times =
    printed
      .trim()
      .split('\n')[1]
      ?.matchAll(/(\d+)m([\d.]+)s/g) ?? [];
  return [...times].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000,
    0,
  );
}

/** Of the worker's own process, until it polls all its queues; restic is found and asked in processes of their own. */
async function measureWorker(pawl: PawlEnvironment): Promise<void> {
  const rows: string[][] = [];
  for (let start = 1; start <= WORKER_STARTS; start++) {
    await pawl.stopWorker();
    const since = performance.now();
    await pawl.startWorker();
    const seconds = (performance.now() - since) / 1000;
    const cpu = await cpuSeconds(pawl.workerPid);
    rows.push([
      String(start),
      cpu.toFixed(2),
      seconds.toFixed(2),
      (await peakMemoryMegabytes(pawl.workerPid)).toFixed(0),
    ]);
  }
  table(['start of a worker', 'CPU s (≤ 0.7)', 's', 'resident MB (≤ 140)'], rows);
}

void main();
