import { randomUUID } from 'node:crypto';
import { temporal } from '@temporalio/proto';
import { setTimeout as sleep } from 'node:timers/promises';
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
  session: Session,
  queue: string,
  kind: 'workflow' | 'activity',
): Promise<boolean> {
  const polls = await pollTimes(session, queue, kind);
  const lately = (now: number): boolean => polls.some((at) => now - at <= FRESH_MILLISECONDS);
  if (polls.length === 0 || lately(Date.now())) return polls.length > 0;
  // The server told these times by its own clock, of which this machine's may be ahead.
  return lately(await serverTime(session));
}

/** When workers last asked, by the server's clock. It forgets them after five minutes. */
async function pollTimes(
  { client, namespace, call }: Session,
  queue: string,
  kind: 'workflow' | 'activity',
): Promise<readonly number[]> {
  const { pollers } = await call(() =>
    client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: queue },
      taskQueueType: kind === 'workflow' ? TASK_QUEUE_TYPE_WORKFLOW : TASK_QUEUE_TYPE_ACTIVITY,
    }),
  );
  return pollers.map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000);
}

/** No request of Temporal's answers with its time. It notes when it was asked for tasks: so it is, for those of nobody. */
async function serverTime(session: Session): Promise<number> {
  const queue = `pawl-clock-${randomUUID()}`;
  const { client, namespace } = session;
  const enough = new AbortController();
  const asking = client.connection
    .withAbortSignal(enough.signal, () =>
      client.workflowService.pollActivityTaskQueue({ namespace, taskQueue: { name: queue } }),
    )
    .catch(() => undefined); // Aborted below; were it refused, no time is found.
  try {
    for (let looked = 0; looked < 20; looked += 1) {
      const [time] = await pollTimes(session, queue, 'activity');
      if (time !== undefined) return time;
      await sleep(100);
    }
    return Date.now();
  } finally {
    enough.abort();
    await asking;
  }
}
