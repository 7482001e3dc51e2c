import type { RestoreOptions } from '../model/options';
import type { PartSummary, StoredListing } from '../model/recovery-point';
import type { StackDescription } from '../model/stack';
import { hostActivities } from '../run/activities';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';

/** Says what parts a recovery point has, or what one folder of a part has in it. */
export async function listStored(input: {
  readonly stack: StackDescription;
  readonly point: RestoreOptions['point'];
  readonly part?: string;
  /** Relative to the part's folder, which it is when absent. */
  readonly path?: string;
}): Promise<StoredListing> {
  requireShape(requests.questionInput, input, 'the question');
  const { stack, point, part, path = '' } = input;
  const act = hostActivities(stack);
  const wanted = { point, only: part === undefined ? [] : [part] };
  const found = await act.findRecoveryPoint({ stack, wanted });
  if (part === undefined) return { point: found.point, parts: found.parts };
  const { nodes, more } = await act.listStoredFiles({ stack, parts: found.parts, part, path });
  return { point: found.point, parts: found.parts.filter(isNamed(part)), nodes, more };
}

function isNamed(name: string): (stored: PartSummary) => boolean {
  return ({ part }) => part.name === name;
}
