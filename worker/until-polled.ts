import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { hostNowQueue, hostTaskQueue, WORKFLOW_TASK_QUEUE } from '../workflows/model/stack';
import { writeIdentity } from '../workflows/model/worker-identity';
import type { WorkerFrame } from './temporal-workers';

const { TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW } = temporal.api.enums.v1.TaskQueueType;
const LOOK_EVERY_MILLISECONDS = 50;
const CALL_MILLISECONDS = 10_000;

/**
 * Waits until the server has had the first poll of each of this worker's queues: before, a client would be told that nobody
 * is there. False when `stop` was aborted first. An answer that does not come is asked for again: the polls have their own way
 * to say what is wrong.
 */
export async function untilPolled(
  client: Client,
  frame: WorkerFrame,
  stop: AbortSignal,
): Promise<boolean> {
  const { host, temporal: server, noWorkflows } = frame.config;
  const own = writeIdentity({ ...frame, host, machine: hostname(), earlier: false });
  const isPolled = async (
    name: string,
    taskQueueType: temporal.api.enums.v1.TaskQueueType,
  ): Promise<boolean> => {
    const asked = { namespace: server.namespace, taskQueue: { name }, taskQueueType };
    const { pollers } = await client.withDeadline(Date.now() + CALL_MILLISECONDS, () =>
      client.workflowService.describeTaskQueue(asked),
    );
    return pollers.some(({ identity }) => identity === own);
  };
  const areAll = async (): Promise<boolean> => {
    const polled = await Promise.all([
      noWorkflows || isPolled(WORKFLOW_TASK_QUEUE, TASK_QUEUE_TYPE_WORKFLOW),
      isPolled(hostTaskQueue(host), TASK_QUEUE_TYPE_ACTIVITY),
      isPolled(hostNowQueue(host), TASK_QUEUE_TYPE_ACTIVITY),
    ]);
    return polled.every(Boolean);
  };
  while (!stop.aborted) {
    if (await areAll().catch(() => false)) return true;
    await sleep(LOOK_EVERY_MILLISECONDS, undefined, { signal: stop }).catch(() => undefined);
  }
  return false;
}
