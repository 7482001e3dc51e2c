import { proxyActivities } from '@temporalio/workflow';

/** Bare Temporal: ten activities that do nothing, one after the other, on the queue that is named. */
export async function tenSteps(taskQueue: string): Promise<void> {
  const { nothing } = proxyActivities<{ nothing(): Promise<void> }>({
    taskQueue,
    startToCloseTimeout: '1 minute',
  });
  for (let step = 1; step <= 10; step++) await nothing();
}
