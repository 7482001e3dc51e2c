import type { SwitchDeployment } from '../model/deployment';
import { SLOTS, slotService } from '../model/deployment';
import { networkMap, type ComposeProjectModel, type ComposeService } from './compose-model';
import { portTarget } from '../model/port-target';
import { MOST_FURTHER_PORTS } from '../model/switch-mount';

/** Something that a release cannot carry. */
export interface Refusal {
  /** In the Compose model: `['services', 'api', 'ports', 0]`; of a port that is known, `53/udp` in the place of its index. */
  readonly path: readonly (string | number)[];
  readonly why: string;
}

/** What a service behind a switch cannot have, and why. Other keys are carried, or belong to the switch. */
const NOT_BEHIND_A_SWITCH: Readonly<Record<string, string>> = {
  network_mode: 'the switch and its slots need networks of their own',
  provider: 'something else than Compose runs it',
  models: 'a model runner is asked for models while the slot starts',
  label_file:
    'which of its labels are for the switch cannot be determined; write them under `labels`',
};

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
      ...ties(services, name, project),
      ...awaitedEnds(services, name),
    ];
  });
}

/** `services.api.ports[0]: why`; `place` says where it is written. */
export function tellRefusal({ path, why }: Refusal, place?: string): string {
  const text = path.reduce<string>((told, key) => {
    if (typeof key === 'number') return `${told}[${key}]`;
    return `${told}${told && (key.includes('/') ? ' ' : '.')}${key}`;
  }, '');
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

function withoutNetwork(name: string, service: ComposeService): Refusal[] {
  if (service.network_mode !== undefined || Object.keys(networkMap(service)).length > 0) return [];
  const why = 'the switch reaches its slots over a network, and there is none';
  return [refusal(name, ['networks'], why)];
}

/** A port that nobody carries would be lost in silence. */
function ports(
  { service: name, port }: SwitchDeployment,
  { ports = [], expose = [] }: ComposeService,
): Refusal[] {
  const published = ports.map((one, index) => ({ key: 'ports', index, ...portTarget(one) }));
  const exposed = expose.map((one, index) => ({ key: 'expose', index, ...portTarget(one) }));
  const unknown = published.filter(({ target }) => target === undefined);
  const others = [...published, ...exposed].filter(({ protocol }) => isNotTcp(protocol));
  const further = new Set(published.flatMap(({ target }) => target ?? []));
  further.delete(String(port));
  return [
    ...unknown.map(({ key, index }) =>
      refusal(name, [key, index], 'which port of the container it is cannot be determined'),
    ),
    ...others.map(({ key, index, target, protocol }) =>
      refusal(
        name,
        [key, target === undefined ? index : `${target}/${protocol}`],
        `the switch passes on TCP, and no ${protocol.toUpperCase()}`,
      ),
    ),
    ...(further.size > MOST_FURTHER_PORTS
      ? [refusal(name, ['ports'], `a switch passes ${MOST_FURTHER_PORTS} further ports on at most`)]
      : []),
  ];
}

/** `expose` may have a variable there. */
function isNotTcp(protocol: string): boolean {
  return /^(?!tcp$)[a-z]+$/i.test(protocol);
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
