import { SLOTS, type Slot } from '../../../workflows/model/deployment';
import { weightOf, type SlotTraffic } from '../../../workflows/model/traffic';
import { maintenancePage, NO_PAGE } from './as-data';
import { backendsOf, MAP, PAGE_KEY, serverNames, type Desired } from './configuration';
import type { Server } from './running-state';

/** What one server should be. */
export type Wanted = Pick<Server, 'backend' | 'name' | 'weight' | 'state'>;

/** `running`: which address each of them has now. What carries a further port has the shares of the requests. */
export function wantedServers(
  { settings, traffic }: Desired,
  running: readonly Pick<Server, 'backend' | 'name' | 'address'>[],
): Wanted[] {
  const addresses = new Map(running.map((server) => [serverKey(server), server.address]));
  return backendsOf(settings).flatMap((backend) =>
    SLOTS.flatMap((slot) =>
      serverNames(slot, settings.replicas).map((name) => ({
        ...{ backend, name, weight: weightOf(traffic[slot]) },
        state: stateOf(traffic[slot], addresses.get(serverKey({ backend, name }))),
      })),
    ),
  );
}

/** `app/blue-1`, as HAProxy's commands name a server. */
export function serverKey({ backend, name }: Pick<Server, 'backend' | 'name'>): string {
  return `${backend}/${name}`;
}

/** One without an address waits in `drain` too: HAProxy takes what DNS gives it for up before the first check. */
function stateOf(traffic: SlotTraffic, address: string | undefined): Wanted['state'] {
  if (traffic === 'off') return 'maint';
  if (traffic === 'drain') return 'drain';
  const { addresses } = traffic;
  if (addresses === undefined) return 'ready';
  return address !== undefined && addresses.includes(address) ? 'ready' : 'drain';
}

export function wantedPage({ maintenance }: Desired): string {
  return maintenance === undefined ? NO_PAGE : maintenancePage(maintenance.message);
}

/**
 * Commands that bring the servers to what is wanted. Those that rise come first: at no moment there is nobody to serve, and
 * each share is between the former and the wanted one. A server gets its weight before it is let in, and loses it after
 * it is shut.
 */
export function trafficCommands(
  running: readonly Server[],
  wanted: readonly Wanted[],
): readonly string[] {
  const share = (server?: Wanted): number => (server?.state === 'ready' ? server.weight : 0);
  const before = new Map(running.map((server) => [serverKey(server), share(server)]));
  const rises = (server: Wanted): boolean => share(server) >= (before.get(serverKey(server)) ?? 0);
  const ordered = [...wanted.filter(rises), ...wanted.filter((server) => !rises(server))];
  return ordered.flatMap((server) => {
    const { weight, state } = server;
    const set = `set server ${serverKey(server)}`;
    const commands = [`${set} weight ${weight}`, `${set} state ${state}`];
    return state === 'ready' ? commands : commands.reverse();
  });
}

/** `live`: what was set before; undefined when nothing was. */
export function pageCommand(live: string | undefined, page: string): string {
  return `${live === undefined ? 'add' : 'set'} map ${MAP} ${PAGE_KEY} ${page}`;
}

/**
 * Commands by which a slot that gets no requests is not checked: of what has just gone, a check would hang as long as checks
 * are apart, or speak for the container before.
 */
export function pauseCommands(running: readonly Server[], slot: Slot): readonly string[] {
  return idleServers(running, slot).map((server) => `set server ${serverKey(server)} state maint`);
}

/**
 * Commands by which a slot that gets no requests is checked anew: one that drains is, and is down until its checks pass.
 * Source: HAProxy 2.6 management guide, "set server"
 */
export function resumeCommands(running: readonly Server[], slot: Slot): readonly string[] {
  return idleServers(running, slot).flatMap((server) => [
    `set server ${serverKey(server)} state drain`,
    `set server ${serverKey(server)} health down`,
  ]);
}

function idleServers(running: readonly Server[], slot: Slot): readonly Server[] {
  const its = running.filter(({ name }) => name.startsWith(`${slot}-`));
  return its.some(({ state, weight }) => state === 'ready' && weight > 0) ? [] : its;
}
