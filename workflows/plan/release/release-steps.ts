import { otherSlot, slotService } from '../../model/deployment';
import type { PlannedService, PlannedStep } from '../../model/plans';
import { stepId } from '../../model/step-id';
import type { ObservedRelease, ObservedService } from './observed-release';

/* What deploy and rollback do in the same way, as their plans tell it. */

/** What plain Compose runs is recorded as a release of its own first, unless the last record says just that: the way back. */
export function adoptsFirst(
  { stored }: ObservedRelease,
  services: readonly PlannedService[],
): boolean {
  const recorded = stored.releases.find(({ number }) => number === stored.current);
  const isRecorded = ({ service, from }: PlannedService) =>
    recorded?.adopted === true &&
    recorded.services.some((one) => one.service === service && one.image.id === from);
  return services.some((planned) => planned.adopts && !isRecorded(planned));
}

/** The slot that does not serve; what the other one has been left with is removed where neither does. */
export function slotFor({
  runs,
  active,
  left,
  renewsSwitch = false,
}: ObservedService): Required<Pick<PlannedService, 'slot'>> &
  Pick<PlannedService, 'active' | 'clears' | 'renewsSwitch'> {
  if (runs === 'switched' && active !== undefined) {
    return { slot: otherSlot(active), active, ...(renewsSwitch ? { renewsSwitch } : {}) };
  }
  const slot = active === undefined ? 'blue' : otherSlot(active);
  const other = otherSlot(slot);
  return { slot, ...(left.includes(other) ? { clears: other } : {}) };
}

/** The name that a service's new containers have in the release's file. */
function placedService({ service, slot }: Pick<PlannedService, 'service' | 'slot'>): string {
  return slot === undefined ? service : slotService(service, slot);
}

export function adoptSteps(
  observed: ObservedRelease,
  services: readonly PlannedService[],
): PlannedStep[] {
  const title = `record what runs now as release ${observed.stored.next}`;
  return adoptsFirst(observed, services) ? [{ id: 'adopt', title }] : [];
}

export function pullStep({ service, image }: PlannedService): PlannedStep {
  const title = `make sure of the image ${image.reference} for ${service}`;
  return { id: stepId('pull', service), title };
}

/** What is rolled is started as its requests come. */
export function startSteps(services: readonly PlannedService[]): PlannedStep[] {
  const whole = services.filter(({ slot, rolls }) => slot !== undefined && rolls === undefined);
  return whole.map((planned) => {
    const name = placedService(planned);
    return { id: stepId('start', name), title: `start ${name}` };
  });
}

export function replaceStep({ service }: PlannedService): PlannedStep {
  return { id: stepId('start', service), title: `replace ${service}` };
}

export function shiftSteps(planned: PlannedService): PlannedStep[] {
  const { service, slot = '', active, clears, shares, rolls } = planned;
  const renewal = planned.renewsSwitch === true ? [renewStep(service)] : [];
  if (rolls !== undefined) return [...renewal, ...rollSteps(planned, rolls.judged)];
  const drain = {
    id: stepId('drain', service),
    title: `wait for what is in flight in ${active ?? ''}`,
  };
  const clear = {
    id: stepId('clear', service),
    title: `remove what is left in ${clears ?? ''}`,
  };
  return [
    ...renewal,
    ...shares.flatMap((share) => {
      const id = `${service}/${share}`;
      const title = `send ${share} % of ${service}'s requests to ${slot}`;
      const judge = `judge ${placedService(planned)} at ${share} %`;
      return [
        { id: stepId('shift', id), title },
        ...(share < 100 ? [{ id: stepId('judge', id), title: judge }] : []),
      ];
    }),
    ...(active === undefined ? [] : [drain]),
    ...(clears === undefined ? [] : [clear]),
  ];
}

function rollSteps(planned: PlannedService, judged: boolean): PlannedStep[] {
  const { service, slot = 'blue', shares } = planned;
  return shares.flatMap((share, index) => {
    const { start, shift, judge, retire } = rollStep({ service, slot, shares }, index + 1);
    return [start, shift, ...(judged && share < 100 ? [judge] : []), retire];
  });
}

/** The steps of one container that comes, the `count`th, and of one that goes. */
export function rollStep(
  { service, slot, shares }: Required<Pick<PlannedService, 'service' | 'slot' | 'shares'>>,
  count: number,
): Readonly<Record<'start' | 'shift' | 'judge' | 'retire', PlannedStep>> {
  const [name, old] = [slotService(service, slot), slotService(service, otherSlot(slot))];
  const share = shares[count - 1] ?? 100;
  const left = shares.length - count;
  const step = (verb: string, of: string, title: string) => ({ id: stepId(verb, of), title });
  return {
    start: step('start', `${name}/${count}`, `start ${name} ${count} of ${shares.length}`),
    shift: step(
      'shift',
      `${service}/${share}`,
      `send ${share} % of ${service}'s requests to ${slot}`,
    ),
    judge: step('judge', `${service}/${share}`, `judge ${name} at ${share} %`),
    retire: step('retire', `${old}/${left}`, `retire ${old}${left > 0 ? ` down to ${left}` : ''}`),
  };
}

export function renewStep(service: string): PlannedStep {
  return { id: stepId('renew', service), title: `make the switch of ${service} anew` };
}

export function renewalNotes(services: readonly PlannedService[]): string[] {
  return services
    .filter(({ renewsSwitch }) => renewsSwitch === true)
    .map(
      ({ service }) =>
        `The switch of ${service} is made anew, of another image or with other ports, networks or names: what is in flight ` +
        'is cut off, and from the stop of the old one to the first answer of the new one there is a gap, usually some ' +
        'seconds. Undone, it comes a second time.',
    );
}

export function bringEdgeStep(): PlannedStep {
  return { id: 'edge', title: 'bring the edge to its sites' };
}

export function removeEdgeStep(): PlannedStep {
  return { id: 'edge', title: 'remove the edge' };
}

export function gatesAfter(count: number): PlannedStep[] {
  return numbered(count, 'gate-after', 'gate after the release');
}

export function numbered(count: number, id: string, title: string): PlannedStep[] {
  return Array.from({ length: count }, (_, index) => ({
    id: stepId(id, String(index + 1)),
    title: `${title} ${index + 1} of ${count}`,
  }));
}
