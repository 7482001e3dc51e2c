import { randomUUID } from 'node:crypto';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { formatFullTime } from '../render/format';
import { forget } from './forget';
import type { Session } from './session';

/** Clocks that are kept by NTP are nearer than this: then there is nothing to tell. */
const APART_MILLISECONDS = 30_000;

/** What the server's clock is ahead of ours, by session: asked once, told once. */
const differences = new WeakMap<Session, Promise<number>>();

/** The server's time of day in milliseconds. Tells a person when this machine's differs. */
export async function serverClock(session: Session): Promise<number> {
  const difference = differences.get(session) ?? compareClocks(session);
  differences.set(session, difference);
  return Date.now() + (await difference);
}

/**
 * Of all that the server answers, only what began there bears its time: a workflow is started that no worker is given
 * before an hour has passed, and removed at once.
 */
async function compareClocks(session: Session): Promise<number> {
  const { client, call, note } = session;
  const workflowId = `clock/${randomUUID()}`;
  const handle = await call(() =>
    client.workflow.start('clock', {
      ...{ workflowId, taskQueue: WORKFLOW_TASK_QUEUE, args: [] },
      ...{ startDelay: '1 hour', workflowExecutionTimeout: '2 hours' },
    }),
  );
  try {
    const there = (await call(() => handle.describe())).startTime.getTime();
    const here = Date.now();
    const words = clocksApart(here, there);
    if (words !== undefined) note(words);
    return there - here;
  } finally {
    await forget(session, workflowId);
  }
}

/** Undefined when they agree as well as clocks do. */
function clocksApart(here: number, there: number): string | undefined {
  if (Math.abs(here - there) <= APART_MILLISECONDS) return undefined;
  const [mine, its] = [here, there].map((time) => formatFullTime(new Date(time).toISOString()));
  return [
    `Note: the clock of this machine says ${mine}, the Temporal server's ${its}.`,
    'Set the one that is wrong (NTP does it): ages and times of runs are off by as much here.',
  ].join('\n');
}
