import { LABELS } from '../model/labels';
import type { Slot } from '../model/deployment';
import type { Maintenance } from '../model/maintenance';
import type { Health, InPlace } from '../model/serving';
import type { SwitchCounters, Traffic } from '../model/traffic';

/*
 * What a host has of a service, and what that says by itself.
 */

/** A container, as far as it says who serves. */
export interface SeenContainer {
  readonly name: string;
  /** Docker's own words: `created`, `running`, `restarting`, `exited`, … */
  readonly state: string;
  readonly health?: Health;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  /** On the project's networks. */
  readonly addresses?: readonly string[];
}

/** One service of `deploy`, as its host has it. */
export interface SeenService {
  readonly service: string;
  /** Containers of the service's own name: the switch, a single instance, or what plain Compose made. */
  readonly own: readonly SeenContainer[];
  readonly slots: Readonly<Record<Slot, readonly SeenContainer[]>>;
  /** What the switch's file says; absent where there is none. */
  readonly desired?: { readonly traffic: Traffic; readonly maintenance?: Maintenance };
  /** What the switch itself says; absent where it was not asked, and where it does not answer. */
  readonly counters?: SwitchCounters;
}

/**
 * Who has a service's name and ports.
 * Shape:  stack, containers of the service's own name → who; a switch that Docker starts again counts as one
 */
export function whoIsInPlace(stack: string, own: readonly SeenContainer[]): InPlace {
  if (own.length === 0) return 'nothing';
  const live = own.filter(({ state }) => state === 'running' || state === 'restarting');
  if (live.length === 0) return 'stopped';
  const roles = live.map(({ labels }) => {
    const { [LABELS.role]: role, [LABELS.stack]: owner } = labels;
    if (role === undefined) return 'compose';
    if (owner !== undefined && owner !== stack) return 'other-stack';
    return role === 'switch' ? 'switch' : 'release';
  });
  // Beside plain Compose's container nothing of pawl's has the name for itself.
  return (
    roles.find((role) => role === 'compose' || role === 'other-stack') ?? roles[0] ?? 'nothing'
  );
}

/**
 * Why a service's switch is not there, in a sentence without its full stop.
 * Shape:  stack, service, containers of the service's own name → reason; undefined while the switch runs
 */
export function whyNoSwitch(
  stack: string,
  service: string,
  own: readonly SeenContainer[],
): string | undefined {
  const names = namesOf(own);
  switch (whoIsInPlace(stack, own)) {
    case 'switch':
      return undefined;
    case 'compose':
      return `${names}, made by plain Compose, has taken the place of the switch of ${service}`;
    case 'other-stack':
      return `${names} of another stack has taken the place of the switch of ${service}`;
    case 'release':
      return `${names} is in the place of the switch of ${service}`;
    case 'stopped':
      return isPaused(own)
        ? `the switch of ${service} does not run: ${names} is paused`
        : `the switch of ${service} does not run: ${names} has stopped, and Docker does not start it again`;
    case 'nothing':
      return `the switch of ${service} is gone: its container was removed`;
  }
}

/** Why users would not get a page of the switch: something else has its place, and answers. Undefined where nothing does. */
export function whoAnswersInstead(
  stack: string,
  service: string,
  own: readonly SeenContainer[],
): string | undefined {
  const inPlace = whoIsInPlace(stack, own);
  const answers = inPlace === 'compose' || inPlace === 'other-stack' || inPlace === 'release';
  return answers ? whyNoSwitch(stack, service, own) : undefined;
}

/** Whether a switch that runs has a container of the slot to send requests to. */
export function hasReached(seen: SeenService, slot: Slot): boolean {
  return (
    !isUnreached(seen, slot) && seen.slots[slot].some((one) => isRunning(one) && !isCutOff(one))
  );
}

/** By the switch's own word: it knows no server of the slot, or has found all of them down. */
export function isUnreached({ counters }: SeenService, slot: Slot): boolean {
  return counters?.[slot].servers.every(({ down }) => down) ?? false;
}

export function isCutOff({ addresses }: SeenContainer): boolean {
  return addresses?.length === 0;
}

/** `docker start` refuses what is paused. */
export function isPaused(containers: readonly SeenContainer[]): boolean {
  return containers.length > 0 && containers.every(isPausedOne);
}

export function isPausedOne({ state }: SeenContainer): boolean {
  return state === 'paused';
}

export function isRunning({ state }: SeenContainer): boolean {
  return state === 'running';
}

export function namesOf(containers: readonly SeenContainer[]): string {
  const live = containers.filter(isRunning);
  return (live.length > 0 ? live : containers).map(({ name }) => name).join(', ');
}
