import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  startChild,
  TemporalFailure,
} from '@temporalio/workflow';
import type { FreshnessInput } from '../freshness/freshness.workflow';
import { freshnessWorkflowId, watchStack } from '../messages';
import { WORKFLOW_TASK_QUEUE, type StackDescription } from '../model/stack';

/** Starts the keeper of a stack's freshness where there is none, ended by hand, say; else tells it what is news. */
export async function keepFresh(stack: StackDescription, isNews: boolean): Promise<void> {
  const workflowId = freshnessWorkflowId(stack.name);
  if (stack.freshness !== undefined && (await isStarted(workflowId, { stack }))) return;
  if (!isNews) return;
  try {
    await getExternalWorkflowHandle(workflowId).signal(watchStack, stack);
  } catch (error) {
    // It has ended meanwhile: of its own, since nobody wants it any more, or by hand. The next run starts it where it is wanted.
    if (!(error instanceof TemporalFailure)) throw error;
  }
}

async function isStarted(workflowId: string, input: FreshnessInput): Promise<boolean> {
  try {
    await startChild('freshness', {
      ...{ workflowId, taskQueue: WORKFLOW_TASK_QUEUE, args: [input] },
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      staticSummary: `freshness of ${input.stack.name}`,
    });
    return true;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return false;
  }
}
