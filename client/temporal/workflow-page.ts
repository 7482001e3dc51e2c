import { setTimeout as delay } from 'node:timers/promises';
import { isNotFound } from './errors';
import type { Session } from './session';
import { workflowLink } from '../../workflows/model/ui-links';

/** From the moment that a run was accepted as the next one until its stack has started it; as a rule 0.02 s. */
export const STARTING_MILLISECONDS = 1_000;
const LOOK_MILLISECONDS = 50;

/**
 * Address of the page of a workflow that reads as a report. It is one execution's, and only the server knows which is the
 * newest: of a workflow that has not begun by then, the address under which it will be found.
 * Shape:  `melvin/42` → `http://localhost:8233/namespaces/default/workflows/melvin%2F42/<run id>/user-metadata`
 * Throws: as a session's calls
 */
export async function workflowPage(
  session: Session,
  workflowId: string,
  patienceMilliseconds = 0,
): Promise<string> {
  const link = workflowLink(session.ui, session.namespace, workflowId);
  const deadline = Date.now() + patienceMilliseconds;
  for (;;) {
    const runId = await newestExecution(session, workflowId);
    if (runId !== undefined) return `${link}/${runId}/user-metadata`;
    if (Date.now() >= deadline) return link;
    await delay(LOOK_MILLISECONDS);
  }
}

async function newestExecution(session: Session, workflowId: string): Promise<string | undefined> {
  const { workflow } = session.client;
  try {
    return (await session.call(() => workflow.getHandle(workflowId).describe())).runId;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
