import {
  ActivityCancellationType,
  proxyActivities,
  type ActivityInterfaceFor,
} from '@temporalio/workflow';
import type { HostActivities, RunActivities } from '../../activities';
import { hostTaskQueue, WORKFLOW_TASK_QUEUE, type StackDescription } from '../model/stack';

/**
 * A cancelled step is waited for: its programs are gone when the run goes on to undo, record and end. Said in so many
 * words, since what SDK 1.24.0 documents as the default is not what it sends (nothing, which is TRY_CANCEL).
 */
const CANCELLATION = {
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} as const;

/** The steps on a stack's host. They wait as long as the run may last for a worker there to come (back). */
export function hostActivities(stack: StackDescription): ActivityInterfaceFor<HostActivities> {
  const { deadlineSeconds, heartbeatSeconds } = stack.limits;
  return proxyActivities<HostActivities>({
    ...CANCELLATION,
    taskQueue: hostTaskQueue(stack.host),
    scheduleToCloseTimeout: deadlineSeconds * 1000,
    heartbeatTimeout: heartbeatSeconds * 1000,
    retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
  });
}

/** Questions that are answered at once or not at all. */
export function quickActivities(
  stack: StackDescription,
): ActivityInterfaceFor<Pick<HostActivities, 'observeServing'>> {
  return proxyActivities<Pick<HostActivities, 'observeServing'>>({
    ...CANCELLATION,
    taskQueue: hostTaskQueue(stack.host),
    scheduleToCloseTimeout: '8 seconds',
    retry: { initialInterval: '1 second', maximumAttempts: 2 },
  });
}

/** What a restore kept and a release keeps warm goes in the end, however long its host is away: nothing limits the tries but a failure for good. */
export function keeperActivities(
  stack: StackDescription,
): ActivityInterfaceFor<Pick<HostActivities, 'discardKept' | 'coolSlot'>> {
  return proxyActivities<Pick<HostActivities, 'discardKept' | 'coolSlot'>>({
    ...CANCELLATION,
    taskQueue: hostTaskQueue(stack.host),
    startToCloseTimeout: '1 day',
    heartbeatTimeout: stack.limits.heartbeatSeconds * 1000,
    retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  });
}

/** The highest recorded run of a stack and its freeze, asked of its host alone: the stack workflow has no description. */
export function auditActivities(
  host: string,
): ActivityInterfaceFor<Pick<HostActivities, 'highestRecordedRun' | 'recordedFreeze'>> {
  return proxyActivities<Pick<HostActivities, 'highestRecordedRun' | 'recordedFreeze'>>({
    ...CANCELLATION,
    taskQueue: hostTaskQueue(host),
    // It reads one small file. A worker's death shows no sooner, and a client that submits waits 30 s for it.
    startToCloseTimeout: '10 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
  });
}

/** What the host keeps of a stack's freeze. A person waits for it, and may try again. */
export function freezeActivities(
  host: string,
): ActivityInterfaceFor<Pick<HostActivities, 'recordFreeze'>> {
  return proxyActivities<Pick<HostActivities, 'recordFreeze'>>({
    ...CANCELLATION,
    taskQueue: hostTaskQueue(host),
    startToCloseTimeout: '10 seconds',
    scheduleToCloseTimeout: '20 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
  });
}

/** Questions to Temporal itself. */
export function runActivities(): ActivityInterfaceFor<RunActivities> {
  return proxyActivities<RunActivities>({
    ...CANCELLATION,
    taskQueue: WORKFLOW_TASK_QUEUE,
    startToCloseTimeout: '30 days',
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
  });
}
