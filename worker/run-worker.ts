import { Client } from '@temporalio/client';
import type { NativeConnection, Worker } from '@temporalio/worker';
import type { Ports } from '../activities/ports';
import type { WorkerConfig } from './config';
import { connectWhenUp } from './connect';
import { startHealthServer, type Readiness } from './health';
import type { Logger } from './logging';
import { prepareNamespace } from './prepare-namespace';
import { reachability, watchReachability } from './reachability';
import { createRunDirectory } from './run-directory';
import { createTemporalWorkers } from './temporal-workers';

/** What `pawl server` and tests wait for, told over Node's IPC channel when there is one. */
export interface WorkerReady {
  readonly ready: true;
  /** Where `/healthz` and `/readyz` are served; absent when they are not. */
  readonly health?: string;
}

interface Live {
  connection?: NativeConnection;
  workers: readonly Worker[];
}

/** Works for Temporal until `stop` is aborted: waits for the server, polls, hands back what it was doing. */
export async function runWorker(
  config: WorkerConfig,
  portsWith: (runs: Ports['runs']) => Ports,
  logger: Logger,
  stop: AbortSignal,
): Promise<void> {
  const live: Live = { workers: [] };
  const health = await startHealthServer(config.healthAddress, () => readiness(live), logger);
  try {
    const { namespace } = config.temporal;
    const prepare = (connection: NativeConnection): Promise<void> =>
      prepareNamespace(connection, namespace, logger);
    live.connection = await connectWhenUp(config.temporal, prepare, logger, stop);
    const client = new Client({ connection: live.connection, namespace });
    const ports = portsWith(createRunDirectory(client));
    live.workers = await createTemporalWorkers(config, live.connection, ports);
    const endWatch = watchReachability(live.connection, config.temporal, logger);
    await pollUntil(stop, live.workers, () => {
      tellReady(config, health.address, logger);
    }).finally(endWatch);
  } catch (error) {
    // Asked to stop while it waited for Temporal: that is a clean end.
    if (!(stop.aborted && isAbort(error))) throw error;
  } finally {
    health.stop();
    await live.connection?.close();
  }
}

/** Ends when all have ended; when one fails, the others are stopped and its error is thrown. */
async function pollUntil(
  stop: AbortSignal,
  workers: readonly Worker[],
  polling: () => void,
): Promise<void> {
  const shutDown = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const runs = workers.map((worker) => worker.run());
  stop.addEventListener('abort', shutDown, { once: true });
  if (stop.aborted) shutDown();
  else polling();
  try {
    await Promise.all(runs);
  } finally {
    shutDown();
    await Promise.allSettled(runs);
  }
}

function tellReady(config: WorkerConfig, health: string | undefined, logger: Logger): void {
  const { host, temporal, parallelSteps } = config;
  const { address, namespace } = temporal;
  logger.info({ host, address, namespace, parallelSteps, health }, 'worker is ready');
  process.send?.({
    ready: true,
    ...(health === undefined ? {} : { health }),
  } satisfies WorkerReady);
}

async function readiness({ connection, workers }: Live): Promise<Readiness> {
  const temporal = connection === undefined ? 'waiting' : await reachability(connection);
  const states = workers.map((worker) => [worker.options.taskQueue, worker.getState()] as const);
  const running = states.length > 0 && states.every(([, state]) => state === 'RUNNING');
  return {
    ready: running && temporal === 'reachable',
    temporal,
    workers: Object.fromEntries(states),
  };
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
