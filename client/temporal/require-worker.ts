import { temporal } from '@temporalio/proto';
import { hostTaskQueue, WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { ClientError } from '../client-error';
import { EXIT_CODES } from '../exit-codes';
import type { Session } from './session';

/** A poll stays open for 60 s on the server, so a living worker's last call is never much older. */
const FRESH_MILLISECONDS = 75_000;
const { TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW } = temporal.api.enums.v1.TaskQueueType;

/** Throws, with the command that helps, when nobody serves the workflows or (when given) the host's steps. */
export async function requireWorker(session: Session, host?: string): Promise<void> {
  const [workflows, steps] = await Promise.all([
    isPolled(session, WORKFLOW_TASK_QUEUE, 'workflow'),
    host === undefined ? true : isPolled(session, hostTaskQueue(host), 'activity'),
  ]);
  if (workflows && steps) return;
  const who = host === undefined ? 'No pawl worker' : `No worker of host "${host}"`;
  throw new ClientError(EXIT_CODES.unavailable, `${who} is connected to ${session.address}.`, {
    advice: startWorker(host),
    reason: 'worker-away',
  });
}

export function startWorker(host?: string): string {
  const command = host === undefined ? 'pawl worker' : `pawl worker --host ${host}`;
  return `Start it with \`${command}\` on that machine (\`pawl server\` has one built in).`;
}

/** Whether a worker has asked for tasks of this queue lately. A worker killed a moment ago still counts. */
export async function isPolled(
  { client, namespace, call }: Session,
  queue: string,
  kind: 'workflow' | 'activity',
): Promise<boolean> {
  const { pollers } = await call(() =>
    client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: queue },
      taskQueueType: kind === 'workflow' ? TASK_QUEUE_TYPE_WORKFLOW : TASK_QUEUE_TYPE_ACTIVITY,
    }),
  );
  const oldest = Date.now() - FRESH_MILLISECONDS;
  return pollers.some(({ lastAccessTime }) => {
    return Number(lastAccessTime?.seconds ?? 0) * 1000 >= oldest;
  });
}
