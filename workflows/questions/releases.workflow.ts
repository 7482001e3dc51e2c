import { isCancellation } from '@temporalio/workflow';
import type { ReleasesNow, Serving } from '../model/serving';
import type { StackDescription } from '../model/stack';
import { hostActivities, quickActivities } from '../run/activities';
import { causeOf } from '../run/failures';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';

/** Lists the releases that the stack's host keeps, newest first, and what serves; or why that is not known. */
export async function releases(input: { readonly stack: StackDescription }): Promise<ReleasesNow> {
  requireShape(requests.questionInput, input, 'the question');
  const { stack } = input;
  const [list, serving] = await Promise.all([
    hostActivities(stack).listReleases({ stack }),
    servingInTime(stack),
  ]);
  return { ...list, ...serving };
}

/** Where the engine is away, which releases there are is known all the same. */
async function servingInTime(
  stack: StackDescription,
): Promise<{ readonly serving: Serving } | { readonly servingUnknown: string }> {
  try {
    return { serving: await quickActivities(stack).observeServing({ stack }) };
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { servingUnknown: causeOf(error).message };
  }
}
