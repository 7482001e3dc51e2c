import { Client } from '@temporalio/client';
import { Runtime, type NativeConnection, type Worker } from '@temporalio/worker';
import type { HostPorts } from '../activities/ports/host-ports';
import { pawlPackage } from '../toolchain/pawl-package';
import { createBundleStore, type BundleStore } from './builds/bundle-store';
import { createDeployment } from './builds/deployment';
import { EarlierBuilds } from './builds/earlier-builds';
import { tendBuilds, type Build } from './builds/tend-builds';
import type { WorkerConfig } from './config';
import { connectWhenUp } from './connect';
import { startHealthServer, type Readiness } from './health';
import { lastRecoveryPoints } from './last-recovery-points';
import type { Logger } from './logging';
import { prepareNamespace } from './prepare-namespace';
import { reachability, watchReachability } from './reachability';
import { createRunDirectory } from './run-directory';
import { createRunMetrics, type RunMetrics } from './run-metrics';
import { bringSchedulesBack } from './schedules/bring-back';
import { createSchedules } from './schedules/create-schedules';
import { isStop } from './stop-signal';
import { untilPolled } from './until-polled';
import { createStepWorkers, createWorkflowWorker, type WorkerFrame } from './temporal-workers';
import { buildIdOf, workflowBundlePath } from './workflow-bundle';
import { sealedClientOptions } from '../sealing/client-options';
import { SealingCodec } from '../sealing/codec';
import type { Sealing } from './sealed-worker-options';

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
  portsWith: (temporal: Pick<HostPorts, 'runs' | 'schedules'>) => HostPorts,
  sealing: Sealing,
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
    const sealed = sealedClientOptions(sealing.keys, sealing);
    const client = new Client({ connection: live.connection, namespace, ...sealed });
    const schedules = createSchedules(client, new SealingCodec(sealing.keys, sealing));
    const ports = portsWith({ runs: createRunDirectory(client), schedules });
    const metrics = createRunMetrics(Runtime.instance().metricMeter);
    if (config.metricsAddress !== undefined) await remember(client, config.host, metrics, logger);
    const store = createBundleStore(config.stateDirectory);
    const { version } = pawlPackage();
    const path = workflowBundlePath();
    const own = { buildId: await buildIdOf(path), path, version };
    const { connection } = live;
    const frame: WorkerFrame = { config, connection, ports, pid: process.pid, version, sealing };
    live.workers = [
      ...(config.noWorkflows ? [] : [await createWorkflowWorker(frame, own, 'own')]),
      ...(await createStepWorkers(frame, own.buildId, metrics)),
    ];
    const endWatch = watchReachability(live.connection, config.temporal, logger);
    const tellWhenPolled = async (polling: AbortSignal): Promise<void> => {
      if (!(await untilPolled(client, frame, polling))) return;
      tellReady(config, own, health.address, logger);
      await bringSchedulesBack(ports, logger);
    };
    await pollUntil(stop, live.workers, (polling) =>
      config.noWorkflows
        ? tellWhenPolled(polling)
        : tendBuilds(buildsOf(frame, { client, own, store, logger }), polling, () => {
            void tellWhenPolled(polling);
          }),
    ).finally(endWatch);
  } catch (error) {
    if (!isStop(error, stop)) throw error;
  } finally {
    health.stop();
    await live.connection?.close();
  }
}

/** Figures are no reason not to work: without these, an alert says that there is no recovery point until the next one. */
async function remember(
  client: Client,
  host: string,
  metrics: RunMetrics,
  logger: Logger,
): Promise<void> {
  try {
    for (const point of await lastRecoveryPoints(client, host)) metrics.pointStored(point);
  } catch (error) {
    logger.warn({ err: error }, 'metrics lack the recovery points that were stored before now');
  }
}

function buildsOf(
  frame: WorkerFrame,
  { client, ...kept }: { client: Client; own: Build; store: BundleStore; logger: Logger },
): Parameters<typeof tendBuilds>[0] {
  const { host, temporal } = frame.config;
  const earlier = new EarlierBuilds((bundle) => createWorkflowWorker(frame, bundle, 'earlier'));
  return { ...kept, host, deployment: createDeployment(client, temporal.namespace), earlier };
}

/**
 * Ends when all have ended; when one fails, the others are stopped and its error is thrown. What goes on `beside` them is
 * given a signal of its own, which is aborted then too.
 */
async function pollUntil(
  stop: AbortSignal,
  workers: readonly Worker[],
  beside: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const ending = new AbortController();
  const shutDown = (): void => {
    ending.abort();
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const runs = workers.map((worker) => worker.run());
  stop.addEventListener('abort', shutDown, { once: true });
  if (stop.aborted) shutDown();
  const all = [...runs, beside(ending.signal)];
  try {
    await Promise.all(all);
  } finally {
    shutDown();
    await Promise.allSettled(all);
  }
}

function tellReady(
  config: WorkerConfig,
  { version, buildId: build }: Build,
  health: string | undefined,
  logger: Logger,
): void {
  const { host, temporal, parallelSteps, noWorkflows } = config;
  const { address, namespace } = temporal;
  const only = noWorkflows ? { workflows: 'none' } : {};
  logger.info(
    { host, address, namespace, parallelSteps, health, version, build, ...only },
    'worker is ready',
  );
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
