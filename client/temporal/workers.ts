import { tsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { hostNowQueue, WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { readIdentity } from '../../workflows/model/worker-identity';
import { isFresh } from './require-worker';
import type { Session } from './session';

const { TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW } = temporal.api.enums.v1.TaskQueueType;

/** The worker of a host, by what it says of itself. */
export interface HostWorker {
  readonly host: string;
  /** Of pawl; absent of one that is older than 0.2.0. */
  readonly version?: string;
  /** Of its workflow code. */
  readonly buildId: string;
  /** It does the steps of its host only (`--no-workflows`); absent of others. */
  readonly stepsOnly?: true;
}

export interface Workers {
  /** What is installed, a line a host, by name. */
  readonly hosts: readonly HostWorker[];
  /** Builds that a worker works for, earlier ones too. */
  readonly builds: readonly string[];
}

/**
 * The workers that are connected now; one that was killed a moment ago still counts. One that runs no workflows is found only
 * on the hosts that are named.
 */
export async function listWorkers(
  session: Session,
  named: readonly string[] = [],
): Promise<Workers> {
  const { hosts, builds } = await workersOf(session, WORKFLOW_TASK_QUEUE, TASK_QUEUE_TYPE_WORKFLOW);
  const known = new Set(hosts.map(({ host }) => host));
  const others = [...new Set(named)].filter((host) => !known.has(host));
  const found = await Promise.all(
    others.map((host) => workersOf(session, hostNowQueue(host), TASK_QUEUE_TYPE_ACTIVITY)),
  );
  const stepsOnly = found.flatMap((each) =>
    each.hosts.map((worker): HostWorker => ({ ...worker, stepsOnly: true })),
  );
  return { hosts: [...hosts, ...stepsOnly].sort(byHost), builds };
}

function byHost(a: HostWorker, b: HostWorker): number {
  return a.host.localeCompare(b.host);
}

async function workersOf(
  session: Session,
  name: string,
  taskQueueType: temporal.api.enums.v1.TaskQueueType,
): Promise<Workers> {
  const { client, namespace, call } = session;
  const asked = { namespace, taskQueue: { name }, taskQueueType };
  const { pollers } = await call(() => client.workflowService.describeTaskQueue(asked));
  const seen = pollers.map(asPoller).sort((a, b) => a.at - b.at);
  // A host has one worker process: of those that asked, the last one lives.
  const living = new Map(seen.map(({ worker: { host }, process }) => [host, process]));
  const fresh: Poller[] = [];
  for (const poller of seen) {
    if (living.get(poller.worker.host) !== poller.process) continue;
    if (await isFresh(session, poller.at)) fresh.push(poller);
  }
  const own = fresh.filter(({ earlier }) => !earlier).map(({ worker }) => worker);
  const newest = new Map(own.map((worker) => [worker.host, worker]));
  return {
    hosts: [...newest.values()],
    builds: [...new Set(fresh.map(({ worker }) => worker.buildId))],
  };
}

interface Poller {
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly process: string;
  readonly earlier: boolean;
  readonly worker: HostWorker;
}

function asPoller({
  identity,
  lastAccessTime,
  deploymentOptions,
}: temporal.api.taskqueue.v1.IPollerInfo): Poller {
  const text = identity ?? '';
  const at = lastAccessTime ? tsToMs(lastAccessTime) : 0;
  const buildId = deploymentOptions?.buildId ?? '';
  const told = readIdentity(text);
  if (told === undefined) {
    // `local (123@machine)`: versions before 0.2.0 named themselves so.
    const host = /^\S+/.exec(text)?.[0] ?? 'unknown';
    return { at, process: text, earlier: false, worker: { host, buildId } };
  }
  const { host, pid, machine, version, earlier } = told;
  return { at, process: `${pid}@${machine}`, earlier, worker: { host, version, buildId } };
}
