import { LABELS } from '../model/labels';
import { SLOTS } from '../model/deployment';
import type { Release, ReleasedService, ReleaseList } from '../model/release';
import type { InPlace, ServiceState, ServingContainers } from '../model/serving';
import { weightOf } from '../model/traffic';
import { driftsOf, type Compared } from './drifts';
import {
  isCutOff,
  isRunning,
  isUnreached,
  whoIsInPlace,
  type SeenContainer,
  type SeenService,
} from './seen-service';

/*
 * What should run of a stack and what does: the one place that tells them apart.
 */

/**
 * Compares what should run of a service, by the current release, with what does.
 * Shape:  stack, its releases, what the host has of the service → ServiceState; its drifts are told, gravest first
 */
export function whatRuns(
  stack: string,
  { releases, current }: Pick<ReleaseList, 'releases' | 'current'>,
  seen: SeenService,
): ServiceState {
  const release = releases.find(({ number }) => number === current);
  const released = release?.services.find(({ service }) => service === seen.service);
  const inPlace = whoIsInPlace(stack, seen.own);
  const serves = servesNow(inPlace, seen);
  const { maintenance } = seen.desired ?? {};
  const state = {
    ...{ service: seen.service, inPlace, serves },
    ...(maintenance === undefined ? {} : { maintenance }),
  };
  if (release === undefined || released === undefined) return { ...state, drifts: [] };
  const { slot } = released;
  const by = whoShould(release, released);
  const should = { release: release.number, by, ...(slot && { slot }) } as const;
  const compared = { stack, releases, release, released, seen, inPlace, serves, by };
  return { ...state, should, drifts: driftsOf(compared) };
}

function whoShould({ adopted }: Release, { strategy }: ReleasedService): Compared['by'] {
  if (adopted) return 'compose';
  return strategy === 'recreate' ? 'release' : 'switch';
}

function servesNow(inPlace: InPlace, seen: SeenService): ServingContainers[] {
  const { own, slots, desired } = seen;
  if (inPlace === 'nothing' || inPlace === 'stopped') return [];
  if (inPlace !== 'switch') return [servingOf(own.filter(isRunning), 100)];
  if (desired === undefined || own.some((one) => isRunning(one) && isCutOff(one))) return [];
  const weights = SLOTS.map((slot) => {
    const running = slots[slot].filter((one) => isRunning(one) && !isCutOff(one));
    if (isUnreached(seen, slot)) return { slot, running, weight: 0 };
    return { slot, running, weight: weightOf(desired.traffic[slot]) * running.length };
  });
  const whole = weights.reduce((sum, { weight }) => sum + weight, 0);
  return weights
    .filter(({ weight }) => weight > 0)
    .map(({ slot, running, weight }) => ({
      slot,
      ...servingOf(running, Math.round((100 * weight) / whole)),
    }));
}

function servingOf(containers: readonly SeenContainer[], share: number): ServingContainers {
  const [first] = containers;
  const release = Number(first?.labels[LABELS.release]);
  return {
    ...{ share, running: containers.length, ...healthOf(containers) },
    ...(Number.isInteger(release) ? { release } : {}),
    ...(first === undefined ? {} : { image: first.imageId }),
  };
}

function healthOf(containers: readonly SeenContainer[]): Pick<ServingContainers, 'health'> {
  const worst = (['unhealthy', 'starting', 'healthy'] as const).find((health) =>
    containers.some((container) => container.health === health),
  );
  return worst === undefined ? {} : { health: worst };
}
