import { isGrpcServiceError, type Client } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { DEPLOYMENT, readIdentity } from '../../workflows/model/worker-identity';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import type { HostBuild } from './choose-current';

const CALL_MILLISECONDS = 10_000;
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;
const { TASK_QUEUE_TYPE_WORKFLOW } = temporal.api.enums.v1.TaskQueueType;

export interface Routing {
  /** The build under which runs begin; absent until one was set. */
  readonly current: string | undefined;
  /** Every build, in the order in which the server first saw them. */
  readonly known: readonly string[];
  readonly token: Uint8Array;
}

/** The workflow workers of all hosts, as Temporal knows them: one deployment, a version of it for each build. */
export interface Deployment {
  look(): Promise<Routing>;
  /** False when somebody else has changed it since the look. */
  makeCurrent(buildId: string, token: Uint8Array): Promise<boolean>;
  /** What is installed on each host, by its newest poll; the server forgets a worker five minutes after its last. */
  hosts(): Promise<readonly HostBuild[]>;
  /** Whether any run that is open can be continued by this build alone. */
  isNeeded(buildId: string): Promise<boolean>;
}

export function createDeployment(client: Client, namespace: string): Deployment {
  const { workflowService: service } = client;
  const call = <Result>(work: () => Promise<Result>): Promise<Result> =>
    client.withDeadline(Date.now() + CALL_MILLISECONDS, work);
  const deployment = { namespace, deploymentName: DEPLOYMENT };
  return {
    look: async () => {
      try {
        return routingOf(await call(() => service.describeWorkerDeployment(deployment)));
      } catch (error) {
        if (hasCode(error, NOT_FOUND)) return { current: undefined, known: [], token: EMPTY };
        throw error;
      }
    },
    makeCurrent: async (buildId, conflictToken) => {
      try {
        const wanted = { ...deployment, buildId, conflictToken, ignoreMissingTaskQueues: true };
        await call(() =>
          // Its worker's first poll may be on its way.
          service.setWorkerDeploymentCurrentVersion({ ...wanted, allowNoPollers: true }),
        );
        return true;
      } catch (error) {
        if (hasCode(error, FAILED_PRECONDITION)) return false;
        throw error;
      }
    },
    hosts: async () => {
      const { pollers } = await call(() =>
        service.describeTaskQueue({
          namespace,
          taskQueue: { name: WORKFLOW_TASK_QUEUE },
          taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
        }),
      );
      return ownBuilds(pollers);
    },
    isNeeded: async (buildId) => {
      const query = [
        `TemporalWorkerDeploymentVersion = '${DEPLOYMENT}:${buildId}'`,
        `TemporalWorkflowVersioningBehavior = 'Pinned'`,
        `ExecutionStatus = 'Running'`,
      ].join(' AND ');
      const { count } = await call(() => service.countWorkflowExecutions({ namespace, query }));
      return Number(count) > 0;
    },
  };
}

const EMPTY = new Uint8Array();

type Described = Awaited<ReturnType<Client['workflowService']['describeWorkerDeployment']>>;

function routingOf({ workerDeploymentInfo: info, conflictToken: token }: Described): Routing {
  const current = info?.routingConfig?.currentDeploymentVersion?.buildId;
  const known = (info?.versionSummaries ?? [])
    .map(({ createTime, deploymentVersion }) => ({
      at: createTime ? tsToMs(createTime) : 0,
      buildId: deploymentVersion?.buildId ?? '',
    }))
    .sort((a, b) => a.at - b.at)
    .map(({ buildId }) => buildId);
  return { current: current === '' ? undefined : (current ?? undefined), known, token };
}

type Poller = temporal.api.taskqueue.v1.IPollerInfo;

/** Workers of earlier builds on a host say nothing of what is installed there. */
function ownBuilds(pollers: readonly Poller[]): readonly HostBuild[] {
  const own = pollers
    .flatMap(({ identity, lastAccessTime, deploymentOptions }) => {
      const worker = readIdentity(identity ?? '');
      const buildId = deploymentOptions?.buildId ?? '';
      if (worker === undefined || worker.earlier || buildId === '') return [];
      return { host: worker.host, buildId, at: lastAccessTime ? tsToMs(lastAccessTime) : 0 };
    })
    .sort((a, b) => a.at - b.at);
  // A later poll of a host takes the place of an earlier one.
  const newest = new Map(own.map(({ host, buildId }) => [host, buildId]));
  return [...newest].map(([host, buildId]) => ({ host, buildId }));
}

function hasCode(error: unknown, code: number): boolean {
  return isGrpcServiceError(error) && (error.code as number) === code;
}
