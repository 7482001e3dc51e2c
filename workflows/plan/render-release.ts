import type { Deployment, Slot, SwitchDeployment } from '../model/deployment';
import { SLOTS, slotService } from '../model/deployment';
import type { PinnedImage } from '../model/release';
import { SWITCH_COMMAND, SWITCH_MOUNT } from '../model/switch-mount';
import type { Obstacle } from './plan-backup';
import {
  labelMap,
  networkMap,
  type ComposeProjectModel,
  type ComposeService,
} from './release/compose-model';
import { refusals } from './release/refusals';

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
 * Renders a release's own Compose model: images pinned, and a switched service `api` become the switch `api` with the
 * slots `api-blue` and `api-green` behind it. All else is as it was.
 * Shape:  model, deployments with their images → model, or an obstacle that names each thing that cannot be carried
 */
export function renderRelease(
  input: RenderInput,
): { readonly model: ComposeProjectModel } | Obstacle {
  const { model, services } = input;
  const switched = services.flatMap(({ deployment }) =>
    deployment.strategy === 'switch' ? [deployment] : [],
  );
  const missing = services.filter(
    ({ deployment }) => !(deployment.service in (model.services ?? {})),
  );
  const refused = [
    ...missing.map(({ deployment: { service } }) => `services.${service}: there is none`),
    ...refusals(model, switched),
  ];
  if (refused.length > 0) return cannotBeCarried(refused);
  const rendered = services.reduce<Record<string, ComposeService>>(
    (all, { deployment, image }) => ({
      ...all,
      ...renderService(input, deployment, image, all[deployment.service] ?? {}),
    }),
    { ...withoutHealthConditions(model, switched) },
  );
  return { model: { ...model, services: rendered } };
}

/**
 * The model of what plain Compose runs, its images pinned and nothing else changed: what a stack is given back to.
 * Shape:  model, images by service → model
 */
export function renderAdopted(
  model: ComposeProjectModel,
  images: readonly { readonly service: string; readonly image: PinnedImage }[],
): ComposeProjectModel {
  const pinned = images.flatMap(({ service, image }) => {
    const definition = model.services?.[service];
    return definition === undefined ? [] : [[service, withImage(definition, image)] as const];
  });
  return { ...model, services: { ...model.services, ...Object.fromEntries(pinned) } };
}

function renderService(
  input: RenderInput,
  deployment: Deployment,
  image: PinnedImage,
  service: ComposeService,
): Record<string, ComposeService> {
  const { service: name } = deployment;
  const pinned = withImage(service, image);
  if (deployment.strategy === 'recreate') {
    return { [name]: labelled(pinned, { ...ownLabels(input, name), 'pawl.role': 'service' }) };
  }
  return {
    [name]: renderSwitch(input, deployment, service),
    ...Object.fromEntries(
      SLOTS.map((slot) => [slotService(name, slot), renderSlot(input, name, slot, pinned)]),
    ),
  };
}

/** A release's images are pulled before anything is touched: nothing is fetched in the middle. */
function withImage({ build: _, ...service }: ComposeService, image: PinnedImage): ComposeService {
  return { ...service, image: image.pinned, pull_policy: 'never' };
}

function ownLabels({ stack, release }: RenderInput, service: string): Record<string, string> {
  return { 'pawl.stack': stack, 'pawl.service': service, 'pawl.release': String(release) };
}

function labelled(service: ComposeService, own: Record<string, string>): ComposeService {
  return { ...service, labels: { ...labelMap(service.labels), ...own } };
}

/** What there can be only one of goes to the switch: ports, names, addresses. */
function renderSlot(
  input: RenderInput,
  name: string,
  slot: Slot,
  service: ComposeService,
): ComposeService {
  const { ports: _ports, container_name: _name, mac_address: _mac, ...rest } = service;
  const networks = Object.fromEntries(
    Object.entries(networkMap(service)).map(([network, use]) => {
      const {
        aliases: _a,
        ipv4_address: _4,
        ipv6_address: _6,
        mac_address: _m,
        ...kept
      } = use ?? {};
      return [network, Object.keys(kept).length === 0 ? null : kept];
    }),
  );
  return labelled(
    { ...rest, networks },
    { ...ownLabels(input, name), 'pawl.slot': slot, 'pawl.role': 'slot' },
  );
}

/** Keys of the service that are the switch's too. */
const CARRIED = [
  'ports',
  'networks',
  'container_name',
  'logging',
  'profiles',
  'mac_address',
] as const;

/**
 * Nothing in it names the release, so that it is left alone as long as it is the same. Root binds the port and owns the
 * socket; HAProxy itself then gives its rights up.
 */
function renderSwitch(
  { stack, switchImage, switchFolder }: RenderInput,
  { service: name }: SwitchDeployment,
  service: ComposeService,
): ComposeService {
  const carried = Object.fromEntries(
    CARRIED.flatMap((key) => (service[key] === undefined ? [] : [[key, service[key]]])),
  );
  return {
    ...carried,
    image: switchImage,
    pull_policy: 'never',
    entrypoint: [...SWITCH_COMMAND],
    command: [],
    user: '0:0',
    restart: 'unless-stopped',
    stop_signal: 'SIGUSR1',
    stop_grace_period: '30s',
    volumes: [{ type: 'bind', source: literal(switchFolder(name)), target: SWITCH_MOUNT }],
    labels: {
      ...labelMap(service.labels),
      ...{ 'pawl.stack': stack, 'pawl.service': name, 'pawl.role': 'switch' },
    },
  };
}

/** Compose replaces variables in this file when it is used. */
function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
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
      const started = needs.map(([other, how]) =>
        names.has(other) ? [other, { ...how, condition: 'service_started' }] : [other, how],
      );
      return [name, { ...service, depends_on: Object.fromEntries(started) as never }];
    }),
  );
}

function cannotBeCarried(refused: readonly string[]): Obstacle {
  return {
    obstacle: `the Compose project has what a release cannot carry: ${refused.join('; ')}`,
    advice: 'Change the Compose file there, or release the service with `strategy: recreate`.',
  };
}
