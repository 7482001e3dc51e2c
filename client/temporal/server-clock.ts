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
  return Date.now() + (await differenceOf(session));
}

/** What is told of two clocks. */
interface ClocksApart {
  /** To go on with after `The`, without a full stop. */
  readonly both: string;
  readonly advice: string;
}

/** Undefined when this machine's clock and the server's agree as well as clocks do. */
export async function clocksApart(session: Session): Promise<ClocksApart | undefined> {
  const difference = await differenceOf(session);
  return tell(Date.now(), difference);
}

function differenceOf(session: Session): Promise<number> {
  const known = differences.get(session);
  if (known !== undefined) return known;
  const difference = compareClocks(session);
  differences.set(session, difference);
  return difference;
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
    const apart = tell(here, there - here);
    if (apart !== undefined) note(`Note: the ${apart.both}.\n${apart.advice}`);
    return there - here;
  } finally {
    await forget(session, workflowId);
  }
}

function tell(here: number, difference: number): ClocksApart | undefined {
  if (Math.abs(difference) <= APART_MILLISECONDS) return undefined;
  const [mine, its] = [here, here + difference].map((time) =>
    formatFullTime(new Date(time).toISOString()),
  );
  return {
    both: `clock of this machine says ${mine}, the Temporal server's ${its}`,
    advice:
      'Set the one that is wrong (NTP does it): ages and times of runs are off by as much here.',
  };
}
