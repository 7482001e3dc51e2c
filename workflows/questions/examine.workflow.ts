import type { HostFinding } from '../model/host-finding';
import type { StackDescription } from '../model/stack';
import { hostActivities } from '../run/activities';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';

/** Looks at everything the stack needs on its host, for `pawl doctor`. */
export async function examine(input: {
  readonly stack: StackDescription;
}): Promise<readonly HostFinding[]> {
  requireShape(requests.questionInput, input, 'the question');
  return hostActivities(input.stack).examineHost({ stack: input.stack });
}
