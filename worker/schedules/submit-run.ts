import {
  WithStartWorkflowOperation,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure, defineSearchAttributeKey } from '@temporalio/common';
import { AdapterError } from '../../activities/ports/adapter-error';
import { pawlPackage } from '../../toolchain/pawl-package';
import type { RunRequest } from '../../workflows/catalogue';
import { stackWorkflowId, submit, type Submitted } from '../../workflows/messages';
import { FAILURE_TYPES, readDetails } from '../../workflows/model/failure-type';
import { SEARCH_ATTRIBUTES } from '../../workflows/model/search-attributes';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';

const ANSWERED_WITHIN_MILLISECONDS = 30_000;

/** Update-with-Start, as a client submits. Throws: AdapterError, final where the stack has refused it */
export async function submitRun(
  client: Client,
  request: RunRequest,
  requestId: string,
): Promise<Submitted> {
  const { name: stack, host } = request.stack;
  const startWorkflowOperation = new WithStartWorkflowOperation('stack', {
    workflowId: stackWorkflowId(stack),
    taskQueue: WORKFLOW_TASK_QUEUE,
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [{ stack, host }],
    typedSearchAttributes: [
      { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.stack, 'KEYWORD'), value: stack },
      { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.host, 'KEYWORD'), value: host },
    ],
    staticSummary: `Stack ${stack} on host ${host}`,
  });
  const own: RunRequest = { ...request, pawlVersion: pawlPackage().version };
  try {
    return await client.withDeadline(Date.now() + ANSWERED_WITHIN_MILLISECONDS, () =>
      client.workflow.executeUpdateWithStart(submit, {
        args: [{ request: own }],
        updateId: requestId,
        startWorkflowOperation,
      }),
    );
  } catch (error) {
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw unanswered(stack, error);
    if (error instanceof WorkflowUpdateFailedError) throw refused(error);
    throw error;
  }
}

function unanswered(stack: string, cause: unknown): AdapterError {
  const message = `the workflow of stack ${stack} has not answered yet`;
  return new AdapterError('ServiceUnavailable', message, {}, { cause });
}

/** A frozen stack is not waited for: when it is not any more, the next time is soon enough. */
function refused({ cause }: WorkflowUpdateFailedError): AdapterError {
  const failure = cause instanceof ApplicationFailure ? cause : undefined;
  const known = FAILURE_TYPES.find((type) => type === failure?.type);
  const kind =
    known === undefined || known === 'StackFileInvalid' || known === 'CompensationFailed'
      ? 'InternalError'
      : known;
  const evidence = readDetails(failure?.details)?.evidence ?? {};
  const message = failure?.message ?? String(cause);
  return new AdapterError(kind, message, evidence, { cause, final: true });
}
