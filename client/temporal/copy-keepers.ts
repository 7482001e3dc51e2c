import { copyTrouble, copyWorkflowId } from '../../workflows/messages';
import type { CopyTrouble } from '../../workflows/model/copy';
import { cannotAnswer, isAway, isNotFound } from './errors';
import type { Session } from './session';

const QUERY_MILLISECONDS = 3_000;

/** That a keeper is at work on a copy, and why it has failed, where it has and says so. */
export interface CopyWork {
  readonly trouble?: CopyTrouble;
}

/** Undefined where none is at work. */
export async function readCopyWork(
  session: Session,
  stack: string,
  copy: string,
): Promise<CopyWork | undefined> {
  const handle = session.client.workflow.getHandle(copyWorkflowId(stack, copy));
  try {
    const { status } = await session.call(() => handle.describe());
    if (status.name !== 'RUNNING') return undefined;
    const trouble = await session.call(() => handle.query(copyTrouble), QUERY_MILLISECONDS);
    return trouble === null ? {} : { trouble };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    // It is at work; what it would say of it nobody answers.
    if (isAway(error) || cannotAnswer(error)) return {};
    throw error;
  }
}

/** Undefined while its keeper has not failed, or there is none. */
export async function readCopyTrouble(
  session: Session,
  stack: string,
  copy: string,
): Promise<CopyTrouble | undefined> {
  return (await readCopyWork(session, stack, copy))?.trouble;
}
