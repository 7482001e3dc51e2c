import { hostname } from 'node:os';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { createHostActivities, createRunActivities } from '../activities';
import type { HostPorts } from '../activities/ports/host-ports';
import { hostNowQueue, hostTaskQueue, WORKFLOW_TASK_QUEUE } from '../workflows/model/stack';
import type { WorkerConfig } from './config';
import type { RunMetrics } from './run-metrics';
import { sealedWorkerOptions, type Sealing } from './sealed-worker-options';
import { buildIdOf, workflowBundlePath } from './workflow-bundle';

/** A step of a moment may end; one that moves bytes is cancelled, ends its programs, and is tried again elsewhere. */
const SHUTDOWN_GRACE = '1 second';
/** A step's programs get 5 s between SIGTERM and SIGKILL; telling a server that is gone is given up after 10 s. */
const SHUTDOWN_FORCE = '15 seconds';

/** What a person follows on a terminal; the default of 0.8 × the timeout would show 8-second jumps. */
const HEARTBEAT_AT_MOST_EVERY = '1 second';

/** What is left in the dead worker's own queue goes to the next one after this. */
const STICKY_TIMEOUT = '3 seconds';

/** Each is soon over, or waits: their number is no load. Few would let a person wait behind other people's steps. */
const STEPS_AT_ONCE = 100;

/**
 * Three pollers in one process: workflows with what touches Temporal only, the steps on this host that take their time, and
 * those that are short or urgent. A step is known in both queues of the host: which is its own may change between versions.
 */
export async function createTemporalWorkers(
  config: WorkerConfig,
  connection: NativeConnection,
  ports: HostPorts,
  metrics: RunMetrics,
  sealing: Sealing,
): Promise<readonly Worker[]> {
  const bundle = workflowBundlePath();
  const sealed = sealedWorkerOptions(sealing);
  const common = { ...(await commonOptions(config, connection, bundle)), ...sealed };
  const workflows = Worker.create({
    ...common,
    taskQueue: WORKFLOW_TASK_QUEUE,
    workflowBundle: { codePath: bundle },
    activities: createRunActivities(ports),
    stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT,
    maxCachedWorkflows: 100,
    maxConcurrentWorkflowTaskExecutions: 10,
    maxConcurrentWorkflowTaskPolls: 4,
    maxConcurrentActivityTaskPolls: 2,
  });
  const steps = {
    ...common,
    activities: createHostActivities(ports),
    interceptors: { activity: [...sealed.interceptors.activity, metrics.interceptor] },
  };
  const long = Worker.create({
    ...steps,
    taskQueue: hostTaskQueue(config.host),
    maxConcurrentActivityTaskExecutions: config.parallelSteps,
    maxConcurrentActivityTaskPolls: Math.min(2, config.parallelSteps),
  });
  const now = Worker.create({
    ...steps,
    taskQueue: hostNowQueue(config.host),
    maxConcurrentActivityTaskExecutions: STEPS_AT_ONCE,
    maxConcurrentActivityTaskPolls: 2,
  });
  return Promise.all([workflows, long, now]);
}

async function commonOptions(
  { host, temporal }: WorkerConfig,
  connection: NativeConnection,
  bundle: string,
): Promise<Omit<WorkerOptions, 'taskQueue'>> {
  return {
    connection,
    namespace: temporal.namespace,
    identity: `${host} (${process.pid}@${hostname()})`,
    workerDeploymentOptions: {
      version: { deploymentName: 'pawl', buildId: await buildIdOf(bundle) },
      // A label only: pinned runs would need the old worker kept alive beside the new one on every host.
      useWorkerVersioning: false,
    },
    maxHeartbeatThrottleInterval: HEARTBEAT_AT_MOST_EVERY,
    shutdownGraceTime: SHUTDOWN_GRACE,
    shutdownForceTime: SHUTDOWN_FORCE,
  };
}
