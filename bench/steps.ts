/*
 * What ten empty steps cost: a bare workflow of Temporal's SDK on a dev server as `pawl server` starts it, and on one with the
 * CLI's own settings; steps on the workflow's queue, and on one of their own, as pawl's are. Both servers keep a file. With
 * `--production` on the server of `docker-compose.temporal.yml` too, which must be up: its address, such as 127.0.0.1:7233.
 *
 *   npm run bench -- steps [--rounds 20] [--production ADDRESS]
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { startTemporalServer } from '../test/support/temporal-server';
import { findProgram } from '../toolchain/find-program';
import { freePort } from '../worker/free-port';
import { startChild } from '../worker/server/child';
import { devServerAddress, untilServing } from '../worker/server/dev-server';
import { withoutTemporalSettings } from '../worker/server/server-config';
import { median, ratio, table } from './support/figures';
import type { tenSteps } from './steps/ten-steps';

const NEVER = new AbortController().signal;
const PROMISED_MILLISECONDS = 150;
const QUEUES = { 'the queue of the workflow': 'bench', 'a queue of their own': 'bench-steps' };

interface Server {
  readonly address: string;
  stop(): Promise<void>;
}

interface Site {
  run(queue: string): Promise<number>;
  stop(): Promise<void>;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '20' }, production: { type: 'string' } },
  });
  const rounds = Number(values.rounds);
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const workflowsPath = require.resolve('./steps/ten-steps');
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath,
    logger: new DefaultLogger('ERROR'),
  });
  const sites: Readonly<Record<string, Site>> = {
    "the CLI's own settings": await open(await startDefaultServer(), workflowBundle),
    "pawl's settings": await open(await startTemporalServer(), workflowBundle),
    ...(values.production !== undefined && {
      'the Compose file': await open(running(values.production), workflowBundle),
    }),
  };
  const laps = new Map<string, number[]>();
  try {
    for (let round = 0; round <= rounds; round++) await runRound(sites, laps, round === 0);
  } finally {
    for (const site of Object.values(sites)) await site.stop();
  }
  report(sites, laps, rounds);
}

/** The first one warms both sides up. */
async function runRound(
  sites: Readonly<Record<string, Site>>,
  laps: Map<string, number[]>,
  isFirst: boolean,
): Promise<void> {
  for (const [where, queue] of Object.entries(QUEUES)) {
    for (const [settings, site] of Object.entries(sites)) {
      const milliseconds = await site.run(queue);
      const name = `${settings}, ${where}`;
      if (!isFirst) laps.set(name, [...(laps.get(name) ?? []), milliseconds]);
    }
  }
}

function report(
  sites: Readonly<Record<string, Site>>,
  laps: ReadonlyMap<string, readonly number[]>,
  rounds: number,
): void {
  const [theirs = '', ...others] = Object.keys(sites);
  const rows = Object.keys(QUEUES).flatMap((where) => {
    const base = laps.get(`${theirs}, ${where}`) ?? [];
    return [
      [`${theirs}, ${where}`, median(base).toFixed(0), Math.min(...base).toFixed(0), '', ''],
      ...others.map((ours) =>
        rowOf(`${ours}, ${where}`, laps.get(`${ours}, ${where}`) ?? [], base),
      ),
    ];
  });
  const load = loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');
  console.log(`ten empty steps, ${rounds} rounds, load average ${load}`);
  table(['', 'median ms', 'least', 'ratio of the rounds', 'promised'], rows);
}

function rowOf(title: string, all: readonly number[], base: readonly number[]): string[] {
  const middle = median(all);
  const { middle: part, least, most } = ratio(all, base);
  const kept = middle <= PROMISED_MILLISECONDS ? 'kept' : 'MISSED';
  return [
    ...[title, middle.toFixed(0), Math.min(...all).toFixed(0)],
    `${part.toFixed(2)} (${least.toFixed(2)} – ${most.toFixed(2)})`,
    `≤ ${PROMISED_MILLISECONDS} ${kept}`,
  ];
}

/** One that goes on running. */
function running(address: string): Server {
  return { address, stop: () => Promise.resolve() };
}

/** `temporal server start-dev` with a file, and nothing else set. */
async function startDefaultServer(): Promise<Server> {
  const { path: program } = await findProgram('temporal');
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-'));
  const port = await freePort('127.0.0.1');
  const place = ['--db-filename', join(folder, 'temporal.db'), '--port', String(port)];
  const argv = [program, 'server', 'start-dev', '--headless', '--log-level', 'error', ...place];
  const environment = withoutTemporalSettings(process.env);
  const child = await startChild({ argv, env: environment });
  await untilServing({ program, port, namespace: 'default' }, environment, NEVER);
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await child.exit;
    await rm(folder, { recursive: true, force: true });
  };
  return { address: devServerAddress({ port }), stop };
}

async function open(server: Server, workflowBundle: { code: string }): Promise<Site> {
  const connection = await NativeConnection.connect({ address: server.address });
  const [workflowQueue, stepQueue] = Object.values(QUEUES);
  const activities = { nothing: () => Promise.resolve() };
  const common = { connection, activities };
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: workflowQueue ?? '', workflowBundle }),
    Worker.create({ ...common, taskQueue: stepQueue ?? '' }),
  ]);
  const runs = workers.map((worker) => worker.run());
  const client = new Client({ connection });
  return {
    async run(queue) {
      const since = performance.now();
      await client.workflow.execute<typeof tenSteps>('tenSteps', {
        ...{ args: [queue], workflowId: randomUUID(), taskQueue: workflowQueue ?? '' },
      });
      return performance.now() - since;
    },
    async stop() {
      for (const worker of workers) worker.shutdown();
      await Promise.all(runs);
      await connection.close();
      await server.stop();
    },
  };
}

void main();
