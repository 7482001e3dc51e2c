import { LABELS } from '../model/labels';
import type { Deployment, SwitchDeployment } from '../model/deployment';
import { hasSwitch, SLOTS, slotService } from '../model/deployment';
import { releaseImage } from '../model/release-image';
import type { PinnedImage } from '../model/release';
import type { Obstacle } from '../model/obstacle';
import { labelled, literal, type ComposeProjectModel, type ComposeService } from './compose-model';
import { refusals, tellRefusal, type Refusal } from './refusals';
import { renderSlot, renderSwitch } from './render-switched';

export interface RenderInput {
  /** As Compose reads the project, variables not replaced. */
  readonly model: ComposeProjectModel;
  readonly stack: string;
  readonly release: number;
  readonly services: readonly { readonly deployment: Deployment; readonly image: PinnedImage }[];
  /** Pinned. */
  readonly switchImage: string;
  /** Folder on the host that a service's switch has its configuration in. */
  readonly switchFolder: (service: string) => string;
}

/**
 * Renders a release's own Compose model: images by the names that pawl holds them by, and a switched service `api` become the switch `api` with the
 * slots `api-blue` and `api-green` behind it. All else is as it was.
 * Shape:  model, deployments with their images → model, or an obstacle that names each thing that cannot be carried
 */
export function renderRelease(
  input: RenderInput,
): { readonly model: ComposeProjectModel } | Obstacle {
  const { model, services } = input;
  const deployments = services.map(({ deployment }) => deployment);
  const refused = whatCannotBeCarried(model, deployments);
  if (refused.length > 0) return cannotBeCarried(refused.map((one) => tellRefusal(one)));
  const switched = deployments.filter(hasSwitch);
  const rendered = services.reduce<Record<string, ComposeService>>(
    (all, { deployment, image }) => ({
      ...all,
      ...renderService(input, deployment, image, all[deployment.service] ?? {}),
    }),
    { ...withoutHealthConditions(model, switched) },
  );
  return { model: { ...model, services: rendered } };
}

/** What of a project a release of these services cannot carry. */
export function whatCannotBeCarried(
  model: ComposeProjectModel,
  deployments: readonly Deployment[],
): Refusal[] {
  const missing = deployments.filter(
    ({ service }) => !Object.hasOwn(model.services ?? {}, service),
  );
  return [
    ...missing.map(({ service }) => ({ path: ['services', service], why: 'there is none' })),
    ...refusals(model, deployments.filter(hasSwitch)),
  ];
}

/**
 * The model of what plain Compose runs, its images pinned and nothing else changed: what a stack is given back to.
 * Shape:  model, images by service → model
 */
export function renderAdopted(
  model: ComposeProjectModel,
  images: readonly { readonly service: string; readonly image: PinnedImage }[],
): ComposeProjectModel {
  const { services = {} } = model;
  const pinned = images.flatMap(({ service, image }) => {
    const definition = Object.hasOwn(services, service) ? services[service] : undefined;
    return definition === undefined
      ? []
      : [[service, withImage(definition, image.pinned)] as const];
  });
  return { ...model, services: { ...services, ...Object.fromEntries(pinned) } };
}

function renderService(
  { stack, release, switchImage, switchFolder }: RenderInput,
  deployment: Deployment,
  image: PinnedImage,
  service: ComposeService,
): Record<string, ComposeService> {
  const { service: name } = deployment;
  const pinned = withImage(service, releaseImage(stack, name, release));
  const own = { [LABELS.stack]: stack, [LABELS.service]: name };
  const ofRelease = {
    ...{ ...own, [LABELS.release]: String(release) },
    [LABELS.image]: literal(image.pinned),
  };
  if (deployment.strategy === 'recreate') {
    return { [name]: labelled(pinned, { ...ofRelease, [LABELS.role]: 'service' }) };
  }
  const slots = SLOTS.map((slot) => [
    slotService(name, slot),
    renderSlot(pinned, { ...ofRelease, [LABELS.slot]: slot, [LABELS.role]: 'slot' }),
  ]);
  const labels = { ...own, [LABELS.role]: 'switch' };
  return {
    [name]: renderSwitch(service, {
      ...{ image: switchImage, folder: switchFolder(name), port: deployment.port, labels },
    }),
    ...(Object.fromEntries(slots) as Record<string, ComposeService>),
  };
}

/** A release's images are pulled before anything is touched: nothing is fetched in the middle. */
function withImage({ build: _, ...service }: ComposeService, image: string): ComposeService {
  return { ...service, image, pull_policy: 'never' };
}

/** The switch has no health check that another service could wait for. */
function withoutHealthConditions(
  { services = {} }: ComposeProjectModel,
  switched: readonly SwitchDeployment[],
): Record<string, ComposeService> {
  const names = new Set(switched.map(({ service }) => service));
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => {
      const needs = Object.entries(service.depends_on ?? {});
      if (!needs.some(([other]) => names.has(other))) return [name, service];
      const started = needs.map(
        ([other, how]) =>
          [other, names.has(other) ? { ...how, condition: 'service_started' } : how] as const,
      );
      return [name, { ...service, depends_on: Object.fromEntries(started) }];
    }),
  );
}

/** `refused`: each with its place and the reason. */
export function cannotBeCarried(refused: readonly string[]): Obstacle {
  return {
    obstacle: `the Compose project has what a release cannot carry: ${refused.join('; ')}`,
    advice: 'Change the Compose file there, or release the service with `strategy: recreate`.',
  };
}
