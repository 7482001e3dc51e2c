import type { ReleaseDiff } from '../model/release';
import type { StackDescription } from '../model/stack';
import { hostActivities } from '../run/activities';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';

/** Compares two releases that the stack's host keeps; with the current one when `to` is absent. */
export async function releaseDiff(input: {
  readonly stack: StackDescription;
  readonly from: number;
  readonly to?: number;
}): Promise<ReleaseDiff> {
  requireShape(requests.questionInput, input, 'the question');
  return hostActivities(input.stack).diffReleases(input);
}
