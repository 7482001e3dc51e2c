import type { PlannedStep } from '../model/plans';
import type { Part } from '../model/recovery-point';
import type { RestoreTarget } from '../model/restore-target';
import { stepId } from '../model/step-id';

/**
 * The most parts whose steps stand in the history of the run itself. Each part of a restore costs up to 33 events with its way
 * back, and Temporal ends a run at 51,200, in the middle of whatever it does.
 */
export const PARTS_IN_OWN_HISTORY = 100;

/** A part and its place, as far as a step's words need them. */
export interface ChosenPart {
  readonly part: Part;
  readonly target: RestoreTarget;
  readonly keepAs?: string;
  readonly bytes?: number;
}

/** Parts that one step of the run is about: one, or as many as a child workflow takes. */
export type PartGroup<Placed> =
  | { readonly only: Placed; readonly parts: readonly [Placed]; readonly name: string }
  | { readonly only?: undefined; readonly parts: readonly Placed[]; readonly name: string };

/**
 * Divides parts into what a step is about: few are a step each; of many, each group is one step, whose child workflow has the
 * parts' own.
 * Shape:  parts in order → groups in order; the name is unique within the run
 */
export function groupParts<Placed extends { readonly part: Part }>(
  parts: readonly Placed[],
): readonly PartGroup<Placed>[] {
  if (parts.length <= PARTS_IN_OWN_HISTORY) {
    return parts.map(groupOfOne);
  }
  const groups: PartGroup<Placed>[] = [];
  for (let first = 0; first < parts.length; first += PARTS_IN_OWN_HISTORY) {
    const own = parts.slice(first, first + PARTS_IN_OWN_HISTORY);
    const place = `${first + 1} to ${first + own.length} of ${parts.length}`;
    groups.push({ parts: own, name: `parts ${place}` });
  }
  return groups;
}

export function groupOfOne<Placed extends { readonly part: Part }>(
  only: Placed,
): PartGroup<Placed> {
  return { only, parts: [only], name: only.part.name };
}

export function observeStep({ only, name }: PartGroup<unknown>): PlannedStep {
  return {
    id: stepId('observe', name),
    title: `look at what ${only === undefined ? `${name} replace` : `${name} replaces`}`,
  };
}

/** What is done to one part: of a part of a group, which was not planned by itself, no more is said. */
export function partStep(
  work: 'restore' | 'prove' | 'swap',
  { name }: Pick<Part, 'name'>,
): PlannedStep {
  return { id: stepId(work, name), title: `${work} ${name}` };
}

/** Built beside what works, and proved there. */
export function restoreSteps(
  group: PartGroup<ChosenPart>,
): readonly [PlannedStep, ...PlannedStep[]] {
  const { only, parts, name } = group;
  const expectedBytes = parts.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  const { id } = partStep('restore', { name });
  if (only === undefined) {
    return [{ id, title: `restore ${name}, and prove them equal to the manifest`, expectedBytes }];
  }
  return [
    { id, title: `restore ${name} beside ${shown(only.target)}`, expectedBytes },
    { ...partStep('prove', { name }), title: `prove ${name} equal to its manifest` },
  ];
}

export function swapStep({ only, parts, name }: PartGroup<ChosenPart>): PlannedStep {
  const { id } = partStep('swap', { name });
  if (only === undefined) {
    const kept = parts.some(({ keepAs }) => keepAs !== undefined);
    return { id, title: kept ? `swap ${name}, keep the old` : `put ${name} in their places` };
  }
  const title =
    only.keepAs === undefined
      ? `put ${name} at ${shown(only.target)}`
      : `swap ${name}, keep the old as ${only.keepAs}`;
  return { id, title };
}

export function swapBackStep({ name }: PartGroup<unknown>): PlannedStep {
  return { id: stepId('swap-back', name), title: `put the old ${name} back` };
}

export function discardStep({ name }: PartGroup<unknown>): PlannedStep {
  return { id: stepId('discard', name), title: `drop what was restored of ${name}` };
}

function shown(target: RestoreTarget): string {
  return target.into === '' ? 'the server' : target.into;
}
