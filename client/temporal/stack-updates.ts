import type { RunRequest } from '../../workflows/catalogue';
import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { freeze, stackWorkflowId, submit, unfreeze, withdraw } from '../../workflows/messages';
import type { Submitted } from '../../workflows/messages';
import type { Freeze } from '../../workflows/model/queue';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { ClientError } from '../client-error';
import { EXIT_CODES } from '../exit-codes';
import type { Output } from '../terminal/output';
import { searchAttributes } from './attributes';
import { isAway, isStuck } from './errors';
import { refuseFullDisk } from './refuse-full-disk';
import { requester } from './requester';
import { startWorker } from './require-worker';
import type { Session } from './session';

/** An update waits for the worker's answer; after this long without one the operator is told why nothing happens. */
const ATTEMPT_MILLISECONDS = 3_500;
const GIVE_UP_MILLISECONDS = 30_000;
/** Also of a `--timeout` that is as good as none: a worker that is there has the time to answer. */
const SHORTEST_MILLISECONDS = 1_000;

const UNANSWERED = 'worker-away';

/** Which update it is, and how long its answer is waited for. */
interface Waited {
  readonly updateId: string;
  readonly patience: number;
}

interface StackName {
  readonly name: string;
  readonly host: string;
}

/** Admits a run. Asked again with the same id when the connection is lost: it is admitted once. */
export async function submitRun(
  session: Session,
  output: Output,
  request: RunRequest,
  { requestId, timeoutSeconds }: { readonly requestId: string; readonly timeoutSeconds: number },
): Promise<Submitted> {
  const { stack } = request;
  const patience = Math.min(GIVE_UP_MILLISECONDS, timeoutSeconds * 1000);
  const waited = { updateId: requestId, patience };
  try {
    return await updateStack(session, output, stack, submit, [{ request }], waited);
  } catch (error) {
    const isTimeout = patience < GIVE_UP_MILLISECONDS;
    throw isTimeout && isUnanswered(error) ? notTakenYet(request, timeoutSeconds, error) : error;
  }
}

function isUnanswered(error: unknown): boolean {
  return error instanceof ClientError && error.reason === UNANSWERED;
}

/** The server keeps the request for the worker: it cannot be taken back before that has numbered it. */
function notTakenYet({ runbook, stack }: RunRequest, seconds: number, cause: unknown): ClientError {
  return new ClientError(
    EXIT_CODES.timedOut,
    `No longer waiting: no worker has taken the ${runbook} of ${stack.name} within ${seconds} s. It starts when one does.`,
    {
      advice: `${startWorker(stack.host)} \`pawl status\` then shows its number, and \`pawl cancel NUMBER\` cancels it.`,
      reason: 'wait-timed-out',
      cause,
    },
  );
}

export function freezeStack(
  session: Session,
  output: Output,
  stack: StackName,
  message: string,
): Promise<Freeze> {
  return updateStack(session, output, stack, freeze, [{ message, by: requester() }]);
}

export function unfreezeStack(
  session: Session,
  output: Output,
  stack: StackName,
): Promise<boolean> {
  return updateStack(session, output, stack, unfreeze, [{ by: requester() }]);
}

/** Takes a run out of the queue; false when it is not waiting. */
export function withdrawRun(session: Session, stack: string, number: number): Promise<boolean> {
  const handle = session.client.workflow.getHandle(stackWorkflowId(stack));
  return session.call(() =>
    handle.executeUpdate(withdraw, { args: [{ number, by: requester() }] }),
  );
}

function updateStack<Result, Args extends [unknown]>(
  session: Session,
  output: Output,
  stack: StackName,
  update: UpdateDefinition<Result, Args>,
  args: Args,
  waited: Waited = { updateId: randomUUID(), patience: GIVE_UP_MILLISECONDS },
): Promise<Result> {
  const answer = untilAnswered(session, output, stack, update, args, waited);
  return output.waiting(`asking the worker on ${stack.host}`, answer);
}

/** Update-with-Start: the stack workflow is there afterwards, whether it was before or not. */
async function untilAnswered<Result, Args extends [unknown]>(
  session: Session,
  output: Output,
  stack: StackName,
  update: UpdateDefinition<Result, Args>,
  args: Args,
  { updateId, patience }: Waited,
): Promise<Result> {
  await refuseFullDisk(session);
  const giveUpAt = Date.now() + patience;
  for (let attempt = 1; ; attempt += 1) {
    const startWorkflowOperation = startStack(stack);
    try {
      return await session.call(
        () =>
          session.client.workflow.executeUpdateWithStart(update, {
            ...{ args, updateId, startWorkflowOperation },
          }),
        Math.max(SHORTEST_MILLISECONDS, Math.min(ATTEMPT_MILLISECONDS, giveUpAt - Date.now())),
      );
    } catch (error) {
      if (!isAway(error) || isStuck(error)) throw error;
      if (Date.now() >= giveUpAt) throw noAnswer(stack.host, error);
      if (attempt === 1) output.note(`Waiting: no worker answers. ${startWorker(stack.host)}`);
    }
  }
}

/** Single use: a new one for every attempt. */
function startStack({ name, host }: StackName) {
  return new WithStartWorkflowOperation('stack', {
    workflowId: stackWorkflowId(name),
    taskQueue: WORKFLOW_TASK_QUEUE,
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [{ stack: name, host }],
    typedSearchAttributes: searchAttributes({ stack: name, host }),
    staticSummary: `Stack ${name} on host ${host}`,
  });
}

function noAnswer(host: string, cause: unknown): ClientError {
  const message =
    'No worker answered. The request is kept, and may still be carried out when one does.';
  return new ClientError(EXIT_CODES.unavailable, message, {
    advice: `${startWorker(host)} Check \`pawl status\` before you try again.`,
    reason: UNANSWERED,
    cause,
  });
}
