import {
  SLOTS,
  slotService,
  type Slot,
  type SwitchDeployment,
} from '../../workflows/model/deployment';
import {
  weightOf,
  type Shares,
  type SlotShare,
  type SlotTraffic,
  type SwitchCounters,
  type Traffic,
} from '../../workflows/model/traffic';
import { MOST_FURTHER_PORTS } from '../../workflows/model/switch-mount';
import { whyNoSwitch } from '../../workflows/release/seen-service';
import { AdapterError, isAway } from '../ports/adapter-error';
import type { Attempt } from '../ports/attempt';
import type { ReleasePorts } from '../ports/host-ports';
import type { ServiceContainers, ServiceContainer } from '../ports/service-containers';
import type { Site } from '../ports/site';
import type { SwitchKey } from '../ports/switches';
import { isRunning } from '../containers/service-container';

/*
 * The containers of a slot as the servers of its switch.
 */

export interface WantedServers {
  readonly project: string;
  readonly deployment: SwitchDeployment;
  readonly shares: Shares;
}

/** Whether the switch sends requests to it. */
export function isServed(traffic: SlotTraffic, { addresses }: ServiceContainer): boolean {
  if (typeof traffic !== 'object' || traffic.weight === 0) return false;
  const { addresses: served = addresses } = traffic;
  return addresses.some((address) => served.includes(address));
}

/** The shares with the addresses that they come to now; in words, what is missing for that. */
export async function trafficOf(
  services: ServiceContainers,
  site: Site,
  { project, deployment, shares }: WantedServers,
): Promise<Traffic | string> {
  const { blue, green } = shares;
  const traffic = { blue, green } as Record<Slot, SlotTraffic>;
  for (const slot of SLOTS) {
    const share = shares[slot];
    if (typeof share !== 'object' || share.servers === undefined) continue;
    const service = slotService(deployment.service, slot);
    const running = await runningOf(services, site, project, service);
    if (running.length < share.servers) {
      return `${service}: ${running.length} of ${share.servers} containers run`;
    }
    const chosen = running.slice(0, share.servers);
    const addresses = chosen.flatMap((container) => container.addresses);
    traffic[slot] = { weight: share.weight, addresses };
  }
  return traffic;
}

/** Which slot is not up as it should be, in words; undefined when all are that get requests. */
export async function notUp(
  services: ServiceContainers,
  site: Site,
  { project, deployment, shares }: WantedServers,
  traffic: Traffic,
  counters: SwitchCounters,
): Promise<string | undefined> {
  for (const slot of SLOTS.filter((one) => weightOf(traffic[one]) > 0)) {
    const service = slotService(deployment.service, slot);
    const containers = await services.containers(site, project, service);
    const running = containers.filter(isRunning);
    const present = running.flatMap(({ addresses }) => addresses);
    const { servers } = counters[slot];
    const chosen = chosenOf(traffic[slot]);
    const up = servers.filter((server) => server.up && (chosen?.includes(server.address) ?? true));
    // Not as many as the release has now: the other slot's may have had more, or fewer.
    const wanted = wantedOf(shares[slot]) ?? Math.max(1, containers.length);
    const isStale =
      chosen === undefined && servers.some(({ address }) => !present.includes(address));
    if (up.length >= wanted && !isStale) continue;
    const known = servers.map(({ address }) => address);
    return `${service}: ${up.length} of ${wanted} servers are up at ${known.join(', ') || 'no address'}, and its containers are at ${present.join(', ') || 'no address'}`;
  }
  return undefined;
}

/** Servers that each slot of the switch needs, so that every container of either has one; `replicas` at least. */
export async function roomFor(
  services: ServiceContainers,
  site: Site,
  { project, deployment, replicas }: Omit<WantedServers, 'shares'> & { readonly replicas: number },
): Promise<number> {
  const counts = SLOTS.map(async (slot) => {
    const service = slotService(deployment.service, slot);
    return (await services.containers(site, project, service)).length;
  });
  return Math.max(replicas, ...(await Promise.all(counts)));
}

/**
 * The TCP ports that containers of the slots listen on beside the released one, as far as the engine knows: what the image
 * or the Compose file exposes. Of both slots, so that one that goes to the other for a while keeps its own.
 * Throws: PreconditionFailed (more than a switch carries)
 */
export async function furtherPorts(
  services: ServiceContainers,
  site: Site,
  { project, deployment }: Pick<WantedServers, 'project' | 'deployment'>,
): Promise<readonly number[]> {
  const containers = SLOTS.map((slot) =>
    services.containers(site, project, slotService(deployment.service, slot)),
  );
  const running = (await Promise.all(containers)).flat().filter(isRunning);
  const ports = tcpPorts(running).filter((port) => port !== deployment.port);
  if (ports.length <= MOST_FURTHER_PORTS) return ports;
  throw new AdapterError(
    'PreconditionFailed',
    `the containers of ${deployment.service} expose ${ports.length} TCP ports beside ${deployment.port}, and a switch carries ${MOST_FURTHER_PORTS}`,
    { advice: 'Release the service with `strategy: recreate`, or expose fewer ports.' },
  );
}

/** Ascending. */
function tcpPorts(containers: readonly ServiceContainer[]): readonly number[] {
  const exposed = containers.flatMap((container) => container.exposed);
  const ports = exposed.flatMap((port) => /^(\d+)\/tcp$/.exec(port)?.[1] ?? []);
  return [...new Set(ports.map(Number))].sort((a, b) => a - b);
}

/**
 * Nothing goes to the slot any more, and its containers may be stopped. Does nothing where there is no switch; one that
 * does not run has it in its file, and one whose place plain Compose has taken sends nothing anywhere.
 */
export async function turnOff(
  { services, switches }: Pick<ReleasePorts, 'services' | 'switches'>,
  site: Site,
  { stack, project, service, slot }: SwitchKey & { readonly project: string; readonly slot: Slot },
  attempt: Attempt,
): Promise<void> {
  const key = { stack, service };
  const now = await switches.desired(key);
  if (now === undefined) return;
  await switches.write(key, now.settings, { ...now.traffic, [slot]: 'off' });
  try {
    await switches.apply(key, attempt);
  } catch (error) {
    // One that has started since the file was written is tried again.
    if (
      !isAway(error) ||
      (await hasSwitchInPlace({ services }, site, { stack, project, service }))
    ) {
      throw error;
    }
  }
}

/** Whether the switch runs, or Docker starts it again. */
export async function hasSwitchInPlace(
  { services }: Pick<ReleasePorts, 'services'>,
  site: Site,
  { stack, project, service }: SwitchKey & { readonly project: string },
): Promise<boolean> {
  const own = await services.containers(site, project, service);
  return whyNoSwitch(stack, service, own) === undefined;
}

async function runningOf(
  services: ServiceContainers,
  site: Site,
  project: string,
  service: string,
): Promise<readonly ServiceContainer[]> {
  const containers = await services.containers(site, project, service);
  return containers.filter(isRunning);
}

/** Undefined where all are. */
function chosenOf(traffic: SlotTraffic): readonly string[] | undefined {
  return typeof traffic === 'object' ? traffic.addresses : undefined;
}

function wantedOf(share: SlotShare): number | undefined {
  return typeof share === 'object' ? share.servers : undefined;
}
