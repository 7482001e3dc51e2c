import { LABELS } from '../model/labels';
import { SLOTS, slotService } from '../model/deployment';
import type { Release, ReleasedService } from '../model/release';
import type { Drift, InPlace, ServiceState, ServingContainers } from '../model/serving';
import { weightOf } from '../model/traffic';
import {
  isCutOff,
  isPaused,
  isPausedOne,
  isRunning,
  isUnreached,
  namesOf,
  type SeenContainer,
  type SeenService,
} from './seen-service';

/*
 * How what runs is not as the current release has it: each as a fact, and the way to put it right.
 */

export interface Compared {
  readonly stack: string;
  readonly releases: readonly Release[];
  readonly release: Release;
  readonly released: ReleasedService;
  readonly seen: SeenService;
  readonly inPlace: InPlace;
  readonly serves: readonly ServingContainers[];
  readonly by: NonNullable<ServiceState['should']>['by'];
}

export function driftsOf(compared: Compared): Drift[] {
  const inTheWay = placeDrift(compared);
  if (inTheWay !== undefined) return [inTheWay];
  return compared.by === 'switch' ? slotDrifts(compared) : instanceDrifts(compared);
}

/** Whoever has the name and the ports, it is not who should. */
function placeDrift({ by, inPlace, seen, release, ...others }: Compared): Drift | undefined {
  const { service, own } = seen;
  const { number } = release;
  const names = namesOf(own);
  const itsPlace = by === 'switch' ? 'the place of its switch' : 'its place';
  if (inPlace === by) return undefined;
  switch (inPlace) {
    case 'compose':
      return {
        kind: 'compose-in-place',
        fact: `${names}, made by plain Compose, has ${itsPlace}: users get ${imageWords(others, own)}, not what release ${number} is`,
        way: '`pawl deploy` takes it over again',
      };
    case 'other-stack':
      return {
        kind: 'other-stack',
        fact: `${names}, made by pawl for stack ${ownerOf(own)}, has ${itsPlace}`,
        way: 'give one of the two stacks another Compose project: `compose.project` in its stack file',
      };
    case 'stopped': {
      const kind = stillness(own);
      const starts = own.every(({ labels }) => labels[LABELS.role] === by || by === 'release');
      return {
        kind,
        fact: `${names} ${STILL[kind]}: nobody answers for ${service}`,
        way: starts || kind === 'paused' ? startWords(own) : '`pawl deploy` makes its switch again',
      };
    }
    case 'nothing':
      return {
        kind: 'missing',
        fact: `there is no container of ${service}: nobody answers for it`,
        way: '`pawl deploy` makes it again',
      };
    case 'switch':
    case 'release':
      return {
        kind: 'other-release',
        fact: `${names} is not of release ${number}`,
        way: '`pawl deploy` puts it right',
      };
  }
}

function slotDrifts({ seen, serves, release, released, releases }: Compared): Drift[] {
  const { service, slots, desired } = seen;
  const meant = SLOTS.filter((slot) => weightOf(desired?.traffic[slot] ?? 'off') > 0);
  const way = '`pawl deploy` puts it right';
  if (meant.length === 0) {
    const fact = `the switch of ${service} sends requests to no slot`;
    return [{ kind: 'no-slot-serves', fact, way }];
  }
  const drifts: Drift[] = cutOff(seen.own.filter(isRunning));
  for (const slot of meant) {
    const containers = slots[slot];
    const running = containers.filter(isRunning);
    const name = slotService(service, slot);
    if (running.length === 0) {
      drifts.push({
        kind: isPaused(containers) ? 'paused' : 'slot-down',
        fact: `no container of ${name} runs${isPaused(containers) ? ' (paused)' : ''}, where ${meant.length > 1 ? 'a share of the' : 'all'} requests go`,
        way: containers.length === 0 ? '`pawl deploy` makes it again' : startWords(containers),
      });
    } else if (running.length < containers.length) {
      drifts.push({
        kind: containers.some(isPausedOne) ? 'paused' : 'slot-incomplete',
        fact: `${running.length} of ${containers.length} containers of ${name} run`,
        way: startWords(containers.filter((one) => !isRunning(one))),
      });
    }
    const off = cutOff(running);
    drifts.push(...off);
    if (off.length < running.length && isUnreached(seen, slot)) {
      drifts.push(unreached(service, running));
    }
    drifts.push(...sickness(running));
  }
  if (serves.length > 1) {
    const shares = serves.map((one) => `${one.share} % to ${releaseWords(one.release)}`);
    const fact = `requests go to two releases: ${shares.join(', ')}`;
    drifts.push({ kind: 'two-releases', fact, way });
  }
  for (const one of serves) {
    if (one.release !== release.number && serves.length === 1) {
      const fact = `${releaseWords(one.release)} gets the requests, not release ${release.number}`;
      drifts.push({ kind: 'other-release', fact, way });
    } else if (one.release === release.number) {
      drifts.push(...imageDrift({ released, releases }, one));
    }
  }
  return drifts;
}

function instanceDrifts({ seen, serves, release, released, releases, by }: Compared): Drift[] {
  const running = seen.own.filter(isRunning);
  const [one] = serves;
  if (one === undefined) return [];
  const drifts = sickness(running);
  if (by === 'release' && one.release !== release.number) {
    const fact = `${releaseWords(one.release)} runs, not release ${release.number}`;
    return [{ kind: 'other-release', fact, way: '`pawl deploy` puts it right' }, ...drifts];
  }
  // What plain Compose runs is its own affair: only a record of it was made.
  return by === 'compose' ? drifts : [...imageDrift({ released, releases }, one), ...drifts];
}

function imageDrift(
  { released, releases }: Pick<Compared, 'released' | 'releases'>,
  { image }: ServingContainers,
): Drift[] {
  if (image === undefined || image === released.image.id) return [];
  const fact = `${imageText(released.service, releases, image)} runs, not ${released.image.reference}`;
  return [{ kind: 'other-image', fact, way: '`pawl deploy` puts it right' }];
}

function sickness(running: readonly SeenContainer[]): Drift[] {
  return running
    .filter(({ health }) => health === 'unhealthy')
    .map(({ name }) => ({
      kind: 'unhealthy',
      fact: `${name} is unhealthy by its own health check`,
      way: `\`docker logs ${name}\` may say why`,
    }));
}

/** Of those that are reached by their networks alone. */
function cutOff(running: readonly SeenContainer[]): Drift[] {
  return running.filter(isCutOff).map(({ name }) => ({
    kind: 'cut-off',
    fact: `${name} is on no network, so no requests reach it`,
    way: '`pawl deploy` puts it right',
  }));
}

function unreached(service: string, running: readonly SeenContainer[]): Drift {
  return {
    kind: 'unreached',
    fact: `the switch of ${service} sends nothing to ${namesOf(running)}: its check fails there, or Docker's DNS has no address of it`,
    way: `\`pawl deploy\` recreates it; \`docker logs ${running[0]?.name ?? ''}\` may say why`,
  };
}

/**
 * What is wrong with an edge that was brought once.
 * Shape:  containers of the edge's name → what is wrong; undefined while it runs
 */
export function edgeDrift(own: readonly SeenContainer[]): Drift | undefined {
  const edge = own.filter(({ labels }) => labels[LABELS.role] === 'edge');
  if (edge.some(({ state }) => state === 'running' || state === 'restarting')) return undefined;
  if (edge.length > 0) {
    const kind = stillness(edge);
    const fact = `the edge, ${namesOf(edge)}, ${STILL[kind]}: nobody answers at its ports`;
    return { kind, fact, way: startWords(edge) };
  }
  const fact = 'the container of the edge was removed: nobody answers at its ports';
  return { kind: 'missing', fact, way: '`pawl deploy` makes it again' };
}

/** Of what a run brings about itself while it is at work: no drift as long as it is. */
export function isOfARun({ kind }: Drift): boolean {
  return kind === 'two-releases' || kind === 'other-release' || kind === 'slot-incomplete';
}

const STILL = { paused: 'is paused', stopped: 'has stopped' } as const;

function stillness(containers: readonly SeenContainer[]): keyof typeof STILL {
  return isPaused(containers) ? 'paused' : 'stopped';
}

function startWords(containers: readonly SeenContainer[]): string {
  const commands = [
    ...command('docker unpause', containers.filter(isPausedOne)),
    ...command(
      'docker start',
      containers.filter((one) => !isPausedOne(one)),
    ),
  ];
  return `${commands.join(' and ')} ${commands.length > 1 ? 'start them' : 'starts it'} again`;
}

function command(words: string, containers: readonly SeenContainer[]): string[] {
  if (containers.length === 0) return [];
  return [`\`${[words, ...containers.map(({ name }) => name)].join(' ')}\``];
}

function releaseWords(release: number | undefined): string {
  return release === undefined ? 'what plain Compose made' : `release ${release}`;
}

function imageWords(
  { released, releases }: Pick<Compared, 'released' | 'releases'>,
  own: readonly SeenContainer[],
): string {
  const image = own.find(isRunning)?.imageId;
  return image === undefined ? 'it' : imageText(released.service, releases, image);
}

/** The image by the newest release that has it, else by its id. */
function imageText(service: string, releases: readonly Release[], id: string): string {
  const known = releases
    .flatMap(({ services }) => services)
    .find((one) => one.service === service && one.image.id === id);
  return known === undefined ? `image ${id.slice(0, 19)}` : `image ${known.image.reference}`;
}

function ownerOf(own: readonly SeenContainer[]): string {
  return own.find(({ labels }) => labels[LABELS.stack] !== undefined)?.labels[LABELS.stack] ?? '';
}
