import { hostname } from 'node:os';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { createHostActivities, createRunActivities } from '../activities';
import type { HostPorts } from '../activities/ports/host-ports';
import { hostTaskQueue, WORKFLOW_TASK_QUEUE } from '../workflows/model/stack';
import type { WorkerConfig } from './config';
import type { RunMetrics } from './run-metrics';
import { buildIdOf, workflowBundlePath } from './workflow-bundle';

/** A step of a moment may end; one that moves bytes is cancelled, ends its programs, and is tried again elsewhere. */
const SHUTDOWN_GRACE = '1 second';
/** A step's programs get 5 s between SIGTERM and SIGKILL; telling a server that is gone is given up after 10 s. */
const SHUTDOWN_FORCE = '15 seconds';

/** What a person follows on a terminal; the default of 0.8 × the timeout would show 8-second jumps. */
const HEARTBEAT_AT_MOST_EVERY = '1 second';

/** What is left in the dead worker's own queue goes to the next one after this. */
const STICKY_TIMEOUT = '3 seconds';

/** Two pollers in one process: workflows with what touches Temporal only, and the steps on this host. */
export async function createTemporalWorkers(
  config: WorkerConfig,
  connection: NativeConnection,
  ports: HostPorts,
  metrics: RunMetrics,
): Promise<readonly Worker[]> {
  const bundle = workflowBundlePath();
  const common = await commonOptions(config, connection, bundle);
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
  const steps = Worker.create({
    ...common,
    taskQueue: hostTaskQueue(config.host),
    activities: createHostActivities(ports),
    interceptors: { activity: [metrics.interceptor] },
    maxConcurrentActivityTaskExecutions: config.parallelSteps,
    maxConcurrentActivityTaskPolls: Math.min(2, config.parallelSteps),
  });
  return Promise.all([workflows, steps]);
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
