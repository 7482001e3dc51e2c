import { randomUUID } from 'node:crypto';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { ClientError } from '../client-error';
import type { Question } from './ask-worker';
import { searchAttributes } from './attributes';
import { isAway } from './errors';
import { forget } from './forget';
import type { Session } from './session';

/** What a host said, or why it did not, in a sentence without its full stop. */
export type BriefAnswer<Answer> =
  { readonly answer: Answer } | { readonly answer?: undefined; readonly why: string };

/** Asks a host for one of several facts. When it does not say, or not in time, the others are known all the same. */
export async function askBriefly<Answer>(
  session: Session,
  { stack, type, prefix, input }: Question,
  milliseconds: number,
): Promise<BriefAnswer<Answer>> {
  const { workflow } = session.client;
  const workflowId = `${prefix}/${stack.name}/${randomUUID()}`;
  try {
    const answer = await session.call(
      () =>
        workflow.execute(type, {
          ...{ workflowId, taskQueue: WORKFLOW_TASK_QUEUE, args: [input] },
          workflowExecutionTimeout: 2 * milliseconds,
          typedSearchAttributes: searchAttributes({ stack: stack.name, host: stack.host }),
          staticSummary: `${prefix} of stack ${stack.name}`,
        }) as Promise<Answer>,
      milliseconds,
    );
    return { answer };
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const late = `host ${stack.host} did not answer within ${milliseconds / 1000} s`;
    return { why: isAway(error) ? late : error.message };
  } finally {
    await forget(session, workflowId);
  }
}
