import { describeObject, type NamedObject } from '../../workflows/model/left-out';
import type { RestorePlanPart } from '../../workflows/model/plans';
import { printable } from './format';

/** What of a part does not come back, by the operator's wish. */
export function leftOutLines({
  part,
  leaveOut,
}: Pick<RestorePlanPart, 'part' | 'leaveOut'>): string[] {
  if (leaveOut === undefined) return [];
  const { objects, dependents, moreDependents } = leaveOut;
  const more = moreDependents > 0 ? ` and ${moreDependents} more` : '';
  return [
    `  left out of ${printable(part.name)}: ${listed(objects)}, with all that belongs to it`,
    ...(dependents.length > 0
      ? [`  and of what needs it, whatever then cannot be restored: ${listed(dependents)}${more}`]
      : []),
  ];
}

function listed(objects: readonly NamedObject[]): string {
  return objects.map((object) => printable(describeObject(object))).join(', ');
}
