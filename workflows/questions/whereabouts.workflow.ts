import type { Whereabouts } from '../model/kept-log';
import type { StackDescription } from '../model/stack';
import { hostActivities } from '../run/activities';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';

export interface WhereaboutsInput {
  readonly stack: StackDescription;
  readonly service: string;
}

/** Where a service of a stack serves: its host, and its containers there. */
export async function whereabouts(input: WhereaboutsInput): Promise<Whereabouts> {
  requireShape(requests.questionInput, input, 'the question');
  return hostActivities(input.stack).findService(input);
}
