import type { RestoreOptions } from '../model/options';
import type { PartSummary, PointVerification, VerifiedPart } from '../model/recovery-point';
import type { StackDescription } from '../model/stack';
import { hostActivities } from '../run/activities';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';

/** Says of each part of a recovery point whether it is there, and, read to its end, whether it is what was saved. */
export async function verifyPoint(input: {
  readonly stack: StackDescription;
  readonly point: RestoreOptions['point'];
  readonly data: boolean;
}): Promise<PointVerification> {
  requireShape(requests.questionInput, input, 'the question');
  const { stack, point: wanted, data } = input;
  const act = hostActivities(stack);
  const found = await act.findRecoveryPoint({ stack, wanted: { point: wanted, only: [] } });
  const parts: VerifiedPart[] = [];
  // One after the other: it is the disk, or the line, that is waited for.
  for (const stored of found.parts) {
    parts.push(
      data && stored.missing !== true ? await act.verifyPart({ stack, stored }) : seen(stored),
    );
  }
  return { point: found.point, parts };
}

function seen({ part: { name }, missing }: PartSummary): VerifiedPart {
  return { name, state: missing === true ? 'missing' : 'present' };
}
