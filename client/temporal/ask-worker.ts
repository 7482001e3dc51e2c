import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import type { IdPrefix } from '../../workflows/model/id-prefixes';
import type { StackDescription } from '../../workflows/model/stack';
import { ClientError } from '../client-error';
import { EXIT_CODES } from '../exit-codes';
import { interruptible, settlesWithin } from '../terminal/interrupt';
import type { Output } from '../terminal/output';
import { searchAttributes } from './attributes';
import { isAway } from './errors';
import { forget } from './forget';
import { opened } from './open-sealed';
import { pendingSteps } from './pending-steps';
import { requireWorker } from './require-worker';
import type { Session } from './session';

const LOOK_MILLISECONDS = 3_000;
/** A wait for the result is renewed this often, as long as the server is there. */
const RESULT_MILLISECONDS = 60_000;

export interface Question {
  readonly stack: StackDescription;
  /** Workflow type. */
  readonly type: string;
  readonly prefix: IdPrefix;
  readonly input: unknown;
}

/** Runs a workflow that only looks, and returns what it found; nothing of it stays in Temporal. Ctrl-C ends it. */
export function askWorker<Answer>(
  session: Session,
  output: Output,
  question: Question,
): Promise<Answer> {
  const what = `asking the worker on ${question.stack.host}`;
  return output.waiting(what, ask<Answer>(session, output, question));
}

async function ask<Answer>(
  session: Session,
  output: Output,
  { stack, type, prefix, input }: Question,
): Promise<Answer> {
  await requireWorker(session, stack.host);
  const handle = await session.call(() =>
    session.client.workflow.start(type, {
      workflowId: `${prefix}/${stack.name}/${randomUUID()}`,
      taskQueue: WORKFLOW_TASK_QUEUE,
      workflowIdConflictPolicy: 'FAIL',
      args: [input],
      typedSearchAttributes: searchAttributes({ stack: stack.name, host: stack.host }),
      staticSummary: `${prefix} of stack ${stack.name}`,
    }),
  );
  try {
    return await interruptible(
      () => {
        output.note('Stopping.');
      },
      (signal) => answerOf<Answer>(session, output, handle, signal),
    );
  } finally {
    await forget(session, handle.workflowId);
  }
}

async function answerOf<Answer>(
  session: Session,
  output: Output,
  handle: WorkflowHandle,
  signal: AbortSignal,
): Promise<Answer> {
  const answer = resultOf<Answer>(session, handle);
  let told = '';
  while (!(await settlesWithin(answer, LOOK_MILLISECONDS, signal))) {
    if (signal.aborted) {
      throw new ClientError(EXIT_CODES.detached, 'Stopped; nothing was changed.', {
        reason: 'interrupted',
      });
    }
    const trouble = await describeTrouble(session, handle);
    if (trouble && trouble !== told) output.note(trouble);
    told = trouble || told;
  }
  return answer;
}

/** However long it takes; gives up only when the server is gone. */
export async function resultOf<Result>(session: Session, handle: WorkflowHandle): Promise<Result> {
  for (;;) {
    try {
      return await session.call(() => handle.result() as Promise<Result>, RESULT_MILLISECONDS);
    } catch (error) {
      if (!isAway(error)) throw error;
      await session.call(() => handle.describe());
    }
  }
}

/** Why it takes so long: steps that failed and are tried again. */
async function describeTrouble(session: Session, handle: WorkflowHandle): Promise<string> {
  try {
    const { raw } = await session.call(() => handle.describe());
    return pendingSteps(opened(session.codec, raw))
      .filter((step) => step.lastFailure !== undefined)
      .map((step) => `Still trying: ${step.id}, attempt ${step.attempt}: ${step.lastFailure ?? ''}`)
      .join('\n');
  } catch (error) {
    if (isAway(error)) return 'Waiting for the Temporal server.';
    throw error;
  }
}
