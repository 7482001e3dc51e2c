import {
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { copyNow, copyWorkflowId } from '../messages';
import type { CopyInput } from '../model/copy';
import { SEARCH_ATTRIBUTES } from '../model/search-attributes';
import { WORKFLOW_TASK_QUEUE } from '../model/stack';
import { keyword } from './keyword';
import type { Run } from './runbook';

/** A point was stored: the keeper of each copy takes it there, in its own time. */
export async function wakeCopies({ stack }: Pick<Run, 'stack'>): Promise<void> {
  for (const { name } of stack.copies ?? []) await wake({ stack, copy: name });
}

/** A keeper that has caught up has ended, and the next one begins. */
async function wake(input: CopyInput): Promise<void> {
  const { stack, copy } = input;
  const workflowId = copyWorkflowId(stack.name, copy);
  try {
    await getExternalWorkflowHandle(workflowId).signal(copyNow, input);
    return;
  } catch (error) {
    // None is at work.
    if (isCancellation(error)) throw error;
  }
  try {
    await startChild('copy', {
      workflowId,
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      staticSummary: `copies points of ${stack.name} to ${copy}`,
      typedSearchAttributes: [
        keyword(SEARCH_ATTRIBUTES.stack, stack.name),
        keyword(SEARCH_ATTRIBUTES.host, stack.host),
      ],
    });
  } catch (error) {
    // One has begun this moment, and looks at everything.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
