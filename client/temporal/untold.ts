import { judgeUntold, type ListedNotice, type UntoldChannel } from '../status/judge-untold';
import { opened } from './open-sealed';
import { pendingSteps } from './pending-steps';
import { readFailure } from './read-failure';
import type { Session } from './session';

/** Older ones are nobody's concern any more. */
const LOOKED_BACK_MILLISECONDS = 7 * 86_400_000;
const MOST_NOTICES = 300;

/** A channel that was not told, and why. */
export interface Untold extends UntoldChannel {
  readonly reason: string;
}

/** Channels of a stack that were not told of what came last. Needs no worker. */
export async function listUntold(
  session: Session,
  stack: string,
  now: number,
): Promise<readonly Untold[]> {
  const from = new Date(now - LOOKED_BACK_MILLISECONDS).toISOString();
  const query = `WorkflowType = 'notify' AND WorkflowId STARTS_WITH "notify/${stack}/" AND StartTime > "${from}"`;
  const notices = await session.call(async () => {
    const found: ListedNotice[] = [];
    for await (const one of session.client.workflow.list({ query, pageSize: 100 })) {
      const { workflowId, status, startTime } = one;
      found.push({ workflowId, status: status.name, startedAt: startTime.toISOString() });
      if (found.length >= MOST_NOTICES) break;
    }
    return found;
  });
  return Promise.all(
    judgeUntold(notices, now).map(async (one) => ({
      ...one,
      reason: await reasonOf(session, one),
    })),
  );
}

async function reasonOf(session: Session, { workflowId, isTriedAgain }: UntoldChannel) {
  const handle = session.client.workflow.getHandle(workflowId);
  if (!isTriedAgain) {
    const error: unknown = await session.call(() =>
      handle.result().catch((failure: unknown) => failure),
    );
    return readFailure(error).message;
  }
  const { raw } = await session.call(() => handle.describe());
  const [step] = pendingSteps(opened(session.codec, raw));
  return step?.lastFailure ?? 'it waits for the worker of its host';
}
