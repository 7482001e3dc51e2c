import type { SwitchDeployment } from '../../model/deployment';
import { SLOTS, slotService } from '../../model/deployment';
import { networkMap, type ComposeProjectModel, type ComposeService } from './compose-model';
import { portTarget } from './port-target';

/** What a service behind a switch cannot have, and why. Other keys are carried, or belong to the switch. */
const NOT_BEHIND_A_SWITCH: Readonly<Record<string, string>> = {
  network_mode: 'the switch and its slots need networks of their own',
  provider: 'something else than Compose runs it',
  links: 'the switch cannot take legacy links over; give the other service a network alias',
  external_links: 'the switch cannot take legacy links over',
};

/** Keys by which another service is tied to one container of a switched one. */
const TIES = ['network_mode', 'ipc', 'pid', 'uts', 'cgroup_parent'] as const;

/** Everything that a release cannot carry, each with its path in the model. */
export function refusals(
  { services = {} }: ComposeProjectModel,
  switched: readonly SwitchDeployment[],
): string[] {
  return switched.flatMap((deployment) => {
    const { service: name } = deployment;
    const service = services[name];
    if (service === undefined) return [];
    return [
      ...SLOTS.map((slot) => slotService(name, slot)).flatMap((slot) =>
        slot in services ? [`services.${slot}: the name is that of a slot of ${name}`] : [],
      ),
      ...Object.entries(NOT_BEHIND_A_SWITCH).flatMap(([key, why]) =>
        service[key] === undefined ? [] : [`services.${name}.${key}: ${why}`],
      ),
      ...withoutNetwork(name, service),
      ...ports(deployment, service),
      ...ties(services, name),
    ];
  });
}

function withoutNetwork(name: string, service: ComposeService): string[] {
  if (service.network_mode !== undefined || Object.keys(networkMap(service)).length > 0) return [];
  return [
    `services.${name}.networks: the switch reaches its slots over a network, and there is none`,
  ];
}

/** The switch carries one port. A port that nobody carries would be lost in silence. */
function ports(
  { service: name, port }: SwitchDeployment,
  { ports = [] }: ComposeService,
): string[] {
  return ports.flatMap((published, index) => {
    const { target, protocol } = portTarget(published);
    const path = `services.${name}.ports[${index}]`;
    if (target === undefined) {
      return [`${path}: which port of the container it is cannot be told; write it as a number`];
    }
    if (protocol !== 'tcp') return [`${path}: the switch carries no ${protocol}`];
    if (target === String(port)) return [];
    return [
      `${path}: it publishes port ${target}, and the switch carries ${port} (deploy.${name}.port) only`,
    ];
  });
}

function ties(services: Readonly<Record<string, ComposeService>>, name: string): string[] {
  return Object.entries(services).flatMap(([other, service]) => [
    ...TIES.flatMap((key) =>
      service[key] === `service:${name}`
        ? [`services.${other}.${key}: it is tied to one container of ${name}, which has two slots`]
        : [],
    ),
    ...(service.volumes_from ?? []).flatMap((from, index) =>
      from.split(':')[0] === name
        ? [`services.${other}.volumes_from[${index}]: ${name} has two slots; name the volumes`]
        : [],
    ),
  ]);
}
