import { sleep } from '@temporalio/workflow';
import type { WarmInput } from '../model/warm';
import { keeperActivities } from '../run/activities';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';

/**
 * Keeps what a release replaced running for a while, for an instant way back, then stops it. Depends on nothing of the
 * release, which has ended. Cancelled by the next release or rollback, which takes the slots over as they are.
 */
export async function warm(input: WarmInput): Promise<void> {
  requireShape(requests.warmInput, input, 'what is warm');
  const { stack, project, slots } = input;
  const { coolSlot } = keeperActivities(stack);
  for (const { until, service, slot, release } of [...slots].sort(byTime)) {
    const milliseconds = Date.parse(until) - Date.now();
    if (milliseconds > 0) await sleep(milliseconds);
    await coolSlot.executeWithOptions(
      { summary: `stop ${service}-${slot} of release ${release}` },
      [{ stack, project, service, slot, release }],
    );
  }
}

function byTime(a: { readonly until: string }, b: { readonly until: string }): number {
  return Date.parse(a.until) - Date.parse(b.until);
}
