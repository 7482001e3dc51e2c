import type { CopyList } from '../model/copy';
import type { StackDescription } from '../model/stack';
import { hostActivities } from '../run/activities';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';

/** Says which of the stack's recovery points each of its copies lacks. */
export async function copies(input: {
  readonly stack: StackDescription;
  readonly answerSeconds: number;
}): Promise<CopyList> {
  requireShape(requests.questionInput, input, 'the question');
  const { stack, answerSeconds } = input;
  return hostActivities(stack).compareCopies({ stack, answerSeconds });
}
