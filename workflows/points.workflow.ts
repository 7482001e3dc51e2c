import type { PointList } from './model/recovery-point';
import type { StackDescription } from './model/stack';
import { hostActivities } from './support/activities';

/** Lists the stack's recovery points, newest first, and which of them are whole. */
export async function points(input: { readonly stack: StackDescription }): Promise<PointList> {
  return hostActivities(input.stack).listRecoveryPoints({ stack: input.stack });
}
