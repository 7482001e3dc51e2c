import { otherSlot, slotService } from '../model/deployment';
import type { PlannedService, PlannedStep } from '../model/plans';
import { stepId } from '../model/step-id';

/* How a release is started and gets the requests, as plans tell it. */

/** The name that a service's new containers have in the release's file. */
export function placedService({ service, slot }: Pick<PlannedService, 'service' | 'slot'>): string {
  return slot === undefined ? service : slotService(service, slot);
}

/** What is rolled is started as its requests come. */
export function startSteps(services: readonly PlannedService[]): PlannedStep[] {
  const whole = services.filter(({ slot, rolls }) => slot !== undefined && rolls === undefined);
  return whole.map((planned) => startStep(placedService(planned)));
}

/** `name`: of the containers, as the release's file has it. */
export function startStep(name: string): PlannedStep {
  return { id: stepId('start', name), title: `start ${name}` };
}

export function replaceStep({
  service,
  followers = [],
}: Pick<PlannedService, 'service' | 'followers'>): PlannedStep {
  const others = followers.length === 0 ? '' : `, and with it ${followers.join(', ')}`;
  return { ...startStep(service), title: `replace ${service}${others}` };
}

export function shiftSteps(planned: PlannedService): PlannedStep[] {
  const { service, slot = '', active, clears, shares, rolls } = planned;
  const renewal = planned.renewsSwitch === true ? [renewStep(service)] : [];
  if (rolls !== undefined) return [...renewal, ...rollSteps(planned, rolls.judged)];
  return [
    ...renewal,
    ...shares.flatMap((share) => [
      shiftStep(service, share, slot),
      ...(share < 100 ? [judgeStep(service, share, placedService(planned))] : []),
    ]),
    ...(active === undefined ? [] : [drainStep(service, active)]),
    ...(clears === undefined ? [] : [clearStep(service, clears)]),
  ];
}

export function shiftStep(service: string, share: number, slot: string): PlannedStep {
  return {
    id: stepId('shift', `${service}/${share}`),
    title: `send ${share} % of ${service}'s requests to ${slot}`,
  };
}

/** `name`: of the containers, as the release's file has it. */
export function judgeStep(service: string, share: number, name: string): PlannedStep {
  return { id: stepId('judge', `${service}/${share}`), title: `judge ${name} at ${share} %` };
}

export function drainStep(service: string, slot: string): PlannedStep {
  return { id: stepId('drain', service), title: `drain ${slot}` };
}

export function clearStep(service: string, slot: string): PlannedStep {
  return { id: stepId('clear', service), title: `remove what is left in ${slot}` };
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
  return {
    start: {
      ...startStep(`${name}/${count}`),
      title: `start ${name} ${count} of ${shares.length}`,
    },
    shift: shiftStep(service, share, slot),
    judge: judgeStep(service, share, name),
    retire: {
      id: stepId('retire', `${old}/${left}`),
      title: `retire ${old}${left > 0 ? ` down to ${left}` : ''}`,
    },
  };
}

export function renewStep(service: string): PlannedStep {
  return { id: stepId('renew', service), title: `recreate the switch of ${service}` };
}

export function watchStep(service: string): PlannedStep {
  return { id: stepId('watch', service), title: `watch ${service} under all traffic` };
}
