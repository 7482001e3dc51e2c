import { isCancellation } from '@temporalio/workflow';
import type { ReleaseList } from './model/release';
import type { Serving } from './model/serving';
import type { StackDescription } from './model/stack';
import { hostActivities, quickActivities } from './support/activities';
import { questionInput } from './support/request-schema';
import { requireShape } from './support/require-shape';

/** Lists the releases that the stack's host keeps, newest first, and what serves; without the latter where nobody tells in time. */
export async function releases(input: {
  readonly stack: StackDescription;
}): Promise<ReleaseList & { readonly serving?: Serving }> {
  requireShape(questionInput, input, 'the question');
  const { stack } = input;
  const [list, serving] = await Promise.all([
    hostActivities(stack).listReleases({ stack }),
    servingInTime(stack),
  ]);
  return { ...list, ...(serving === undefined ? {} : { serving }) };
}

/** Undefined where the engine is away: which releases there are is known all the same. */
async function servingInTime(stack: StackDescription): Promise<Serving | undefined> {
  try {
    return await quickActivities(stack).observeServing({ stack });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return undefined;
  }
}
