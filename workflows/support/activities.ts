import { proxyActivities, type ActivityInterfaceFor } from '@temporalio/workflow';
import type { HostActivities, RunActivities } from '../../activities';
import { hostTaskQueue, WORKFLOW_TASK_QUEUE, type StackDescription } from '../model/stack';

/** The steps on a stack's host. They wait as long as the run may last for a worker there to come (back). */
export function hostActivities(stack: StackDescription): ActivityInterfaceFor<HostActivities> {
  const { deadlineSeconds, heartbeatSeconds } = stack.limits;
  return proxyActivities<HostActivities>({
    taskQueue: hostTaskQueue(stack.host),
    scheduleToCloseTimeout: deadlineSeconds * 1000,
    heartbeatTimeout: heartbeatSeconds * 1000,
    retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
  });
}

/** The highest recorded run of a stack, asked of its host alone: the stack workflow has no description. */
export function auditActivities(
  host: string,
): ActivityInterfaceFor<Pick<HostActivities, 'highestRecordedRun'>> {
  return proxyActivities<Pick<HostActivities, 'highestRecordedRun'>>({
    taskQueue: hostTaskQueue(host),
    // It reads one small file. A worker's death shows no sooner, and a client that submits waits 30 s for it.
    startToCloseTimeout: '10 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
  });
}

/** Questions to Temporal itself. */
export function runActivities(): ActivityInterfaceFor<RunActivities> {
  return proxyActivities<RunActivities>({
    taskQueue: WORKFLOW_TASK_QUEUE,
    startToCloseTimeout: '30 days',
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
  });
}
