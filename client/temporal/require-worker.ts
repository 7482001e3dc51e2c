import { temporal } from '@temporalio/proto';
import { hostNowQueue, hostTaskQueue, WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { ClientError } from '../client-error';
import { EXIT_CODES } from '../exit-codes';
import { serverClock } from './server-clock';
import type { Session } from './session';

/** A poll stays open for 60 s on the server, so a living worker's last call is never much older. */
const FRESH_MILLISECONDS = 75_000;
/** So far two clocks differ that are right. */
const AHEAD_MILLISECONDS = 5_000;
/** Before all polls: there was none. */
const NEVER = -Infinity;
const { TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW } = temporal.api.enums.v1.TaskQueueType;

/**
 * Throws, with the command that helps, when nobody serves the workflows or (when given) the host's steps. Asked is the queue
 * of what is short: the other one has no poller while its slots are taken.
 */
export async function requireWorker(session: Session, host?: string): Promise<void> {
  const [workflows, steps] = await Promise.all([
    lastPoll(session, WORKFLOW_TASK_QUEUE, 'workflow'),
    host === undefined ? Infinity : lastPoll(session, hostNowQueue(host), 'activity'),
  ]);
  if (await isFresh(session, Math.min(workflows, steps))) return;
  if (host !== undefined && steps === NEVER) await refuseOlder(session, host);
  else if (host !== undefined && (await isFresh(session, steps))) throw noWorkflows(session, host);
  const who = host === undefined ? 'No pawl worker' : `No worker of host "${host}"`;
  throw new ClientError(EXIT_CODES.unavailable, `${who} is connected to ${session.address}.`, {
    advice: startWorker(host),
    reason: 'worker-away',
  });
}

/** Its host is served; by a worker that was started with --no-workflows, or its only one of the runbooks is away. */
function noWorkflows({ address }: Session, host: string): ClientError {
  const text = `Nobody has asked ${address} for workflows for over a minute; the worker of host "${host}" asks for steps.`;
  return new ClientError(EXIT_CODES.unavailable, text, {
    advice: `Start a worker without --no-workflows, on any machine: \`pawl worker\` (\`pawl server\` has one built in).`,
    reason: 'worker-away',
  });
}

/** One that has the long queue alone is of a version that knew no other. */
async function refuseOlder(session: Session, host: string): Promise<void> {
  if (!(await isFresh(session, await lastPoll(session, hostTaskQueue(host), 'activity')))) return;
  const text = `The worker of host "${host}" is of an older version of pawl than this command.`;
  throw new ClientError(EXIT_CODES.unavailable, text, {
    advice: 'Stop it, install this version there too, and start it again.',
    reason: 'worker-older',
  });
}

/**
 * Whether a worker of the host is there: it asks for what is short whatever else it has to do. One killed a moment ago still
 * counts.
 */
export async function hasWorker(session: Session, host: string): Promise<boolean> {
  return isFresh(session, await lastPoll(session, hostNowQueue(host), 'activity'));
}

export function startWorker(host?: string): string {
  const command = host === undefined ? 'pawl worker' : `pawl worker --host ${host}`;
  return `Start it with \`${command}\` on that machine (\`pawl server\` has one built in).`;
}

/** When a worker asked last, in milliseconds of the server's clock. The server forgets it after five minutes. */
async function lastPoll(
  { client, namespace, call }: Session,
  queue: string,
  kind: 'workflow' | 'activity',
): Promise<number> {
  const { pollers } = await call(() =>
    client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: queue },
      taskQueueType: kind === 'workflow' ? TASK_QUEUE_TYPE_WORKFLOW : TASK_QUEUE_TYPE_ACTIVITY,
    }),
  );
  const times = pollers.map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000);
  return Math.max(NEVER, ...times);
}

/** By this machine's clock where it can be right; where it would say no, by the server's own, which costs three calls. */
export async function isFresh(session: Session, poll: number): Promise<boolean> {
  if (poll === NEVER) return false;
  const age = Date.now() - poll;
  if (age >= -AHEAD_MILLISECONDS && age <= FRESH_MILLISECONDS) return true;
  return (await serverClock(session)) - poll <= FRESH_MILLISECONDS;
}
