import type { PointList } from '../model/recovery-point';
import type { StackDescription } from '../model/stack';
import { hostActivities } from '../run/activities';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';

/** Lists the stack's recovery points, newest first, and which of them are whole. */
export async function points(input: { readonly stack: StackDescription }): Promise<PointList> {
  requireShape(requests.questionInput, input, 'the question');
  return hostActivities(input.stack).listRecoveryPoints({ stack: input.stack });
}
