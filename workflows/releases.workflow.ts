import type { ReleaseList } from './model/release';
import type { StackDescription } from './model/stack';
import { hostActivities } from './support/activities';

/** Lists the releases that the stack's host keeps, newest first. */
export async function releases(input: { readonly stack: StackDescription }): Promise<ReleaseList> {
  return hostActivities(input.stack).listReleases({ stack: input.stack });
}
