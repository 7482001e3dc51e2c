import { proxyActivities, type ActivityInterfaceFor } from '@temporalio/workflow';
import type { HostActivities } from '../../activities';
import { FAILURE_TYPES } from '../model/failure-type';
import { queueFor } from '../model/step-kinds';
import type { StackDescription } from '../model/stack';
import { describedOnce } from '../run/described-once';

/** However long it takes; a worker that died is found by its heartbeat, and another attempt goes on. */
export function copyingActivities(
  stack: StackDescription,
): ActivityInterfaceFor<Pick<HostActivities, 'copyPoints'>> {
  const steps = proxyActivities<Pick<HostActivities, 'copyPoints' | 'keepDescription'>>({
    taskQueue: queueFor('copy', stack.host),
    startToCloseTimeout: '30 days',
    heartbeatTimeout: stack.limits.heartbeatSeconds * 1000,
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: {
      initialInterval: '1 second',
      maximumInterval: '1 minute',
      // The keeper hears of each at once, and waits longer each time: a copy may be away for weeks.
      nonRetryableErrorTypes: [...FAILURE_TYPES],
    },
  });
  return describedOnce(stack, { copyPoints: steps.copyPoints }, steps.keepDescription);
}
