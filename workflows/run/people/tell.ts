import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow';
import { notifyWorkflowId } from '../../messages';
import { placeOf, type Audience, type NotifyInput } from '../../model/audience';
import { listens, type Channel } from '../../model/channel';
import type { Notice } from '../../model/notice';
import { WORKFLOW_TASK_QUEUE } from '../../model/stack';

/**
 * Has every channel told that wants to be: each by a workflow of its own, which outlives whoever began it and never fails
 * it. `key` names the event: what was told once is not told again. Resolves when all of them have begun.
 */
export async function tell(audience: Audience, notice: Notice, key: string): Promise<void> {
  const wanted = audience.channels.filter((channel) => listens(channel, notice));
  await CancellationScope.nonCancellable(() =>
    Promise.all(wanted.map((channel) => begin(audience, channel, notice, key))),
  );
}

async function begin(
  audience: Audience,
  channel: Channel,
  notice: Notice,
  key: string,
): Promise<void> {
  const input: NotifyInput = { host: audience.host, place: placeOf(audience), channel, notice };
  try {
    await startChild('notify', {
      workflowId: notifyWorkflowId(key, channel.name),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      staticSummary: `tell ${channel.name}: ${notice.what}`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
