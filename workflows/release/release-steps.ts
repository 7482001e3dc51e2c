import type { PlannedForget, PlannedService, PlannedStep } from '../model/plans';
import { stepId } from '../model/step-id';
import type { PinnedImage } from '../model/release';
import type { ObservedRelease } from './observed-release';

/* What deploy and rollback do in the same way before and behind the traffic, as their plans tell it. */

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

export function giveBackStep({
  service,
  followers = [],
}: Pick<PlannedForget, 'service' | 'followers'>): PlannedStep {
  const others = followers.length === 0 ? '' : `, and with it ${followers.join(', ')}`;
  return { id: stepId('give-back', service), title: `give ${service} back to Compose${others}` };
}

export function edgeStep(change: 'bring' | 'remove'): PlannedStep {
  const title = change === 'bring' ? 'bring the edge to its sites' : 'remove the edge';
  return { id: 'edge', title };
}
