import { otherSlot, slotService, type Gate, type Migrations } from '../model/deployment';
import type { PlannedForget, PlannedService, PlannedStep } from '../model/plans';
import { stepId } from '../model/step-id';
import type { PinnedImage } from '../model/release';
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
  servesNobody,
}: ObservedService): Required<Pick<PlannedService, 'slot'>> &
  Pick<PlannedService, 'active' | 'clears' | 'renewsSwitch'> {
  if (runs === 'switched' && active !== undefined) {
    // With nobody to keep on the old slot meanwhile, the switch is made anew as the new one gets the requests.
    const renews = renewsSwitch && servesNobody !== true;
    return { slot: otherSlot(active), active, ...(renews ? { renewsSwitch } : {}) };
  }
  const slot = active === undefined ? 'blue' : otherSlot(active);
  const other = otherSlot(slot);
  return { slot, ...(left.includes(other) ? { clears: other } : {}) };
}

/** The name that a service's new containers have in the release's file. */
export function placedService({ service, slot }: Pick<PlannedService, 'service' | 'slot'>): string {
  return slot === undefined ? service : slotService(service, slot);
}

export function adoptSteps(
  observed: ObservedRelease,
  services: readonly PlannedService[],
): PlannedStep[] {
  return adoptsFirst(observed, services) ? [adoptStep(observed)] : [];
}

export function adoptStep({ stored }: Pick<ObservedRelease, 'stored'>): PlannedStep {
  return { id: 'adopt', title: `record what runs now as release ${stored.next}` };
}

type Referred = Pick<PinnedImage, 'reference'>;

export function pullStep({
  service,
  image,
}: Pick<PlannedService, 'service' | 'image'>): PlannedStep {
  return { id: stepId('pull', service), title: pulling(image, service) };
}

export function pullSwitchStep(image: Referred): PlannedStep {
  return { id: 'pull-switch', title: pulling(image, 'the switch') };
}

export function pullEdgeStep(image: Referred): PlannedStep {
  return { id: 'pull-edge', title: pulling(image, 'the edge') };
}

function pulling({ reference }: Referred, forWhat: string): string {
  return `pull image ${reference} for ${forWhat}`;
}

export function buildStep(service: string): PlannedStep {
  return { id: stepId('build', service), title: `build the image of ${service}` };
}

export function pushStep(service: string, { reference }: Referred): PlannedStep {
  return { id: stepId('push', service), title: `push ${reference}` };
}

/** `title`: a deploy compares, a rollback only checks. */
export function observeReleaseStep(title: string): PlannedStep {
  return { id: 'observe-release', title };
}

/** `title`: what is written down, a release or what plain Compose is to run. */
export function prepareStep(title: string): PlannedStep {
  return { id: 'prepare', title };
}

/** The moment at which what serves is known. `title`: whose it is from then on. */
export function recordReleaseStep(title: string): PlannedStep {
  return { id: 'record-release', title };
}

export const RETAIN: PlannedStep = {
  id: 'retain',
  title: 'remove releases that are no longer kept',
};

export function migrateDownStep(revision: string): PlannedStep {
  return { id: 'migrate-down', title: `take the schema down to ${revision}` };
}

export function giveBackStep({
  service,
  followers = [],
}: Pick<PlannedForget, 'service' | 'followers'>): PlannedStep {
  const others = followers.length === 0 ? '' : `, and with it ${followers.join(', ')}`;
  return { id: stepId('give-back', service), title: `give ${service} back to Compose${others}` };
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

export function renewalNotes(services: readonly PlannedService[]): string[] {
  return services
    .filter(({ renewsSwitch }) => renewsSwitch === true)
    .map(
      ({ service }) =>
        `The switch of ${service} is recreated, with another image or with other ports, networks or names: requests in ` +
        'flight are cut off, and from the stop of the old one to the first answer of the new one there is a gap, usually ' +
        'a few seconds. If the release is undone, the gap comes a second time.',
    );
}

/** What plain Compose runs in the place of a switch, and what taking it over costs. */
export function takeOverNotes(
  { services: seen, stored }: ObservedRelease,
  services: readonly PlannedService[],
): string[] {
  const byPawl = stored.releases.some(
    ({ number, adopted }) => number === stored.current && !adopted,
  );
  const again = byPawl ? ' again, since Compose itself has recreated it' : '';
  return services
    .filter(({ adopts, slot }) => adopts && slot !== undefined)
    .map(({ service }) => {
      const ports = seen.find((one) => one.service === service)?.published ?? [];
      const what = ports.length === 0 ? 'its name' : `port ${ports.join(', ')}`;
      return (
        `Plain Compose runs ${service} now. The switch takes ${what} over${again}: from the stop of the old ` +
        'container to the first answer of the new one there is a gap, usually some seconds. Later releases have none.'
      );
    });
}

/** What is not as the current release has it, but for what is taken over. */
export function driftNotes({ services }: ObservedRelease): string[] {
  return services.flatMap(({ service, drifts = [] }) =>
    drifts
      .filter(({ kind }) => kind !== 'compose-in-place')
      .map(
        ({ fact }) => `${service} is not as its release has it: ${fact}. This run puts it right.`,
      ),
  );
}

export function edgeStep(change: 'bring' | 'remove'): PlannedStep {
  const title = change === 'bring' ? 'bring the edge to its sites' : 'remove the edge';
  return { id: 'edge', title };
}

/** One step for each gate, in their order. */
export function gateSteps(when: 'before' | 'after', gates: readonly Gate[]): PlannedStep[] {
  const moment = when === 'before' ? 'pre-release' : 'post-release';
  return gates.map((gate, index) => ({
    id: stepId(`gate-${when}`, String(index + 1)),
    title: `${moment} check ${index + 1} of ${gates.length}: ${describeGate(gate)}`,
  }));
}

function describeGate(gate: Gate): string {
  switch (gate.kind) {
    case 'run':
      return `\`${gate.command.join(' ')}\` in ${gate.service}`;
    case 'scan':
      return `\`${gate.command.join(' ')}\``;
    case 'http':
      return gate.url;
    case 'sql':
      return `\`${gate.query}\` on ${gate.part}`;
  }
}

export const MIGRATE_STEP: PlannedStep = { id: 'migrate', title: 'migrate the schema' };

/** The migrations, and what is asked of the schema around them where a command can be asked. */
export function migrationSteps({ head }: Migrations): PlannedStep[] {
  if (head === undefined) return [MIGRATE_STEP];
  return [schemaHeadStep('before'), MIGRATE_STEP, schemaHeadStep('after')];
}

export function schemaHeadStep(when: string): PlannedStep {
  return { id: `schema-head-${when}`, title: 'read the schema revision' };
}

export function watchStep(service: string): PlannedStep {
  return { id: stepId('watch', service), title: `watch ${service} under all traffic` };
}
