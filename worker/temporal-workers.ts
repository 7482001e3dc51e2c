import { hostname } from 'node:os';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { createHostActivities, createRunActivities } from '../activities';
import type { HostPorts } from '../activities/ports/host-ports';
import { hostNowQueue, hostTaskQueue, WORKFLOW_TASK_QUEUE } from '../workflows/model/stack';
import { DEPLOYMENT, writeIdentity } from '../workflows/model/worker-identity';
import type { KeptBundle } from './builds/bundle-store';
import type { WorkerConfig } from './config';
import type { RunMetrics } from './run-metrics';
import { sealedWorkerOptions, type Sealing } from './sealed-worker-options';

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

/** What every worker of this process is made with. */
export interface WorkerFrame {
  readonly config: Pick<WorkerConfig, 'host' | 'temporal' | 'parallelSteps' | 'noWorkflows'>;
  readonly connection: NativeConnection;
  readonly ports: HostPorts;
  readonly pid: number;
  /** Of pawl. */
  readonly version: string;
  readonly sealing: Sealing;
}

/**
 * The poller of workflows of one build, with what touches Temporal only. What begins under a build is continued by it alone,
 * unless its workflow type says otherwise (`stack`).
 */
export function createWorkflowWorker(
  frame: WorkerFrame,
  { buildId, path, version }: Pick<KeptBundle, 'buildId' | 'path' | 'version'>,
  earlier: 'earlier' | 'own',
): Promise<Worker> {
  return Worker.create({
    ...commonOptions({ ...frame, version }, earlier === 'earlier'),
    workerDeploymentOptions: {
      version: { deploymentName: DEPLOYMENT, buildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'PINNED',
    },
    taskQueue: WORKFLOW_TASK_QUEUE,
    workflowBundle: { codePath: path },
    activities: createRunActivities(frame.ports),
    stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT,
    maxCachedWorkflows: earlier === 'earlier' ? 20 : 100,
    maxConcurrentWorkflowTaskExecutions: 10,
    maxConcurrentWorkflowTaskPolls: earlier === 'earlier' ? 2 : 4,
    maxConcurrentActivityTaskPolls: 2,
  });
}

/**
 * The pollers of this host's steps: those that take their time, and those that are short or urgent. A step is known in both
 * queues of the host: which is its own may change between versions. They work for runs of every build.
 */
export async function createStepWorkers(
  frame: WorkerFrame,
  buildId: string,
  metrics: RunMetrics,
): Promise<readonly Worker[]> {
  const { host, parallelSteps } = frame.config;
  const common = commonOptions(frame, false);
  const steps = {
    ...common,
    workerDeploymentOptions: {
      version: { deploymentName: DEPLOYMENT, buildId },
      // A label only: a host has one version of its steps.
      useWorkerVersioning: false as const,
    },
    activities: createHostActivities(frame.ports),
    interceptors: { activity: [...common.interceptors.activity, metrics.interceptor] },
  };
  const long = Worker.create({
    ...steps,
    taskQueue: hostTaskQueue(host),
    maxConcurrentActivityTaskExecutions: parallelSteps,
    maxConcurrentActivityTaskPolls: Math.min(2, parallelSteps),
  });
  const now = Worker.create({
    ...steps,
    taskQueue: hostNowQueue(host),
    maxConcurrentActivityTaskExecutions: STEPS_AT_ONCE,
    maxConcurrentActivityTaskPolls: 2,
  });
  return Promise.all([long, now]);
}

function commonOptions(
  { config: { host, temporal }, connection, pid, version, sealing }: WorkerFrame,
  earlier: boolean,
) {
  return {
    ...sealedWorkerOptions(sealing),
    connection,
    namespace: temporal.namespace,
    identity: writeIdentity({ host, pid, machine: hostname(), version, earlier }),
    maxHeartbeatThrottleInterval: HEARTBEAT_AT_MOST_EVERY,
    shutdownGraceTime: SHUTDOWN_GRACE,
    shutdownForceTime: SHUTDOWN_FORCE,
  } satisfies Partial<WorkerOptions>;
}
