import type { RecoveryPointSummary } from './model/recovery-point';
import type { StackDescription } from './model/stack';
import { hostActivities } from './support/activities';

/** Lists the stack's recovery points, newest first. */
export async function points(input: {
  readonly stack: StackDescription;
}): Promise<readonly RecoveryPointSummary[]> {
  return hostActivities(input.stack).listRecoveryPoints({ stack: input.stack });
}
