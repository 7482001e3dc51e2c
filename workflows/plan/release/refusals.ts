import type { SwitchDeployment } from '../../model/deployment';
import { SLOTS, slotService } from '../../model/deployment';
import { isList, networkMap, type ComposeProjectModel, type ComposeService } from './compose-model';
import { portTarget } from './port-target';

/** Something that a release cannot carry. */
export interface Refusal {
  /** In the Compose model: `['services', 'api', 'ports', 0]`. */
  readonly path: readonly (string | number)[];
  readonly why: string;
}

/** What a service behind a switch cannot have, and why. Other keys are carried, or belong to the switch. */
const NOT_BEHIND_A_SWITCH: Readonly<Record<string, string>> = {
  network_mode: 'the switch and its slots need networks of their own',
  provider: 'something else than Compose runs it',
  models: 'a model runner is asked for models while the slot starts',
  links: 'the switch cannot take legacy links over; give the other service a network alias',
  external_links: 'the switch cannot take legacy links over',
  label_file: 'which of its labels are for the switch cannot be told; write them under `labels`',
};

/** By these, nginx-proxy finds a container on its own. */
const OF_A_PROXY = ['VIRTUAL_HOST', 'VIRTUAL_HOST_MULTIPORTS'];

/** Everything that a release cannot carry. */
export function refusals(
  { name: project = '', services = {} }: ComposeProjectModel,
  switched: readonly SwitchDeployment[],
): Refusal[] {
  return switched.flatMap((deployment) => {
    const { service: name } = deployment;
    const service = Object.hasOwn(services, name) ? services[name] : undefined;
    if (service === undefined) return [];
    return [
      ...slotNames(services, name),
      ...Object.entries(NOT_BEHIND_A_SWITCH).flatMap(([key, why]) =>
        service[key] === undefined ? [] : [refusal(name, [key], why)],
      ),
      ...withoutNetwork(name, service),
      ...ports(deployment, service),
      ...pastTheSwitch(name, service),
      ...ties(services, name, project),
      ...awaitedEnds(services, name),
    ];
  });
}

/** `services.api.ports[0]: why`; `place` says where it is written. */
export function tellRefusal({ path, why }: Refusal, place?: string): string {
  const text = path.reduce<string>(
    (told, key) => (typeof key === 'number' ? `${told}[${key}]` : `${told}${told && '.'}${key}`),
    '',
  );
  return `${place === undefined ? '' : `${place} `}${text}: ${why}`;
}

function refusal(service: string, path: Refusal['path'], why: string): Refusal {
  return { path: ['services', service, ...path], why };
}

/** The switch finds its slots by these names. */
function slotNames(services: Readonly<Record<string, ComposeService>>, name: string): Refusal[] {
  const slots = SLOTS.map((slot) => slotService(name, slot));
  return Object.entries(services).flatMap(([other, service]) => {
    const aliases = Object.entries(networkMap(service)).flatMap(([network, use]) =>
      (use?.aliases ?? []).map((alias) => [['networks', network, 'aliases'], alias] as const),
    );
    const names = [
      ...([[[], other]] as const),
      ...(['container_name', 'hostname'] as const).map((key) => [[key], service[key]] as const),
      ...aliases,
    ];
    return names.flatMap(([path, called]) =>
      slots.some((slot) => slot === called)
        ? [refusal(other, path, `${String(called)} is the name of a slot of ${name}`)]
        : [],
    );
  });
}

function pastTheSwitch(name: string, { environment = {} }: ComposeService): Refusal[] {
  const names = isList(environment)
    ? environment.map((line) => line.split('=')[0] ?? '')
    : Object.keys(environment);
  return names
    .filter((variable) => OF_A_PROXY.includes(variable))
    .map((variable) => {
      const why = 'a proxy would send requests past the switch by it';
      return refusal(name, ['environment', variable], why);
    });
}

function withoutNetwork(name: string, service: ComposeService): Refusal[] {
  if (service.network_mode !== undefined || Object.keys(networkMap(service)).length > 0) return [];
  const why = 'the switch reaches its slots over a network, and there is none';
  return [refusal(name, ['networks'], why)];
}

/** The switch carries one port. A port that nobody carries would be lost in silence. */
function ports(
  { service: name, port }: SwitchDeployment,
  { ports = [] }: ComposeService,
): Refusal[] {
  return ports.flatMap((published, index) => {
    const { target, protocol } = portTarget(published);
    const refused = (why: string): Refusal[] => [refusal(name, ['ports', index], why)];
    if (target === undefined) {
      return refused('which port of the container it is cannot be told; write it as a number');
    }
    if (protocol !== 'tcp') return refused(`the switch carries no ${protocol}`);
    if (target === String(port)) return [];
    return refused(
      `it publishes port ${target}, and the switch carries ${port} (deploy.${name}.port) only`,
    );
  });
}

/** Keys by which another service is tied to one container of a switched one. */
const TIES = ['network_mode', 'ipc', 'pid'] as const;

function ties(
  services: Readonly<Record<string, ComposeService>>,
  name: string,
  project: string,
): Refusal[] {
  const container = services[name]?.container_name ?? `${project}-${name}-1`;
  const its = [`service:${name}`, `container:${container}`];
  return Object.entries(services).flatMap(([other, service]) => [
    ...TIES.flatMap((key) =>
      its.includes(String(service[key]))
        ? [refusal(other, [key], `it is tied to one container of ${name}, which has two slots`)]
        : [],
    ),
    ...(service.volumes_from ?? []).flatMap((from, index) =>
      [name, `container:${container}`].some((one) => from === one || from.startsWith(`${one}:`))
        ? [refusal(other, ['volumes_from', index], `${name} has two slots; name the volumes`)]
        : [],
    ),
    ...(service.links ?? []).flatMap((link, index) =>
      link.split(':')[0] === name
        ? [refusal(other, ['links', index], `${name} has two slots; give it a network alias`)]
        : [],
    ),
  ]);
}

/** A switch does not end. */
function awaitedEnds(services: Readonly<Record<string, ComposeService>>, name: string): Refusal[] {
  return Object.entries(services).flatMap(([other, { depends_on: needs = {} }]) =>
    Object.hasOwn(needs, name) && needs[name]?.condition === 'service_completed_successfully'
      ? [refusal(other, ['depends_on', name], 'the switch does not end')]
      : [],
  );
}
