import { randomUUID } from 'node:crypto';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { ClientError } from '../client-error';
import type { Question } from './ask-worker';
import { searchAttributes } from './attributes';
import { forget } from './forget';
import type { Session } from './session';

/** Asks a host for one of several facts. Undefined when it does not say, or not in time: the others are known all the same. */
export async function askBriefly<Answer>(
  session: Session,
  { stack, type, prefix, input }: Question,
  milliseconds: number,
): Promise<Answer | undefined> {
  const { workflow } = session.client;
  const workflowId = `${prefix}/${stack.name}/${randomUUID()}`;
  try {
    return await session.call(
      () =>
        workflow.execute(type, {
          ...{ workflowId, taskQueue: WORKFLOW_TASK_QUEUE, args: [input] },
          workflowExecutionTimeout: 2 * milliseconds,
          typedSearchAttributes: searchAttributes({ stack: stack.name, host: stack.host }),
          staticSummary: `${prefix} of stack ${stack.name}`,
        }) as Promise<Answer>,
      milliseconds,
    );
  } catch (error) {
    if (error instanceof ClientError) return undefined;
    throw error;
  } finally {
    await forget(session, workflowId);
  }
}
