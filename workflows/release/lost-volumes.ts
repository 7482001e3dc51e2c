import type { Deployment, Strategy } from '../model/deployment';
import type { Obstacle } from '../model/obstacle';

/** What a service has mounted, and where what it has written lies; the shape of the host's answer. */
export interface ObservedVolumes {
  /** Paths that the image to be declares as volumes; absent where nobody tells before it is pulled. */
  readonly declared?: readonly string[];
  /** By the Compose file. `isThere`: a volume of this name exists already. */
  readonly mounts: readonly {
    readonly path: string;
    readonly kind: string;
    readonly name?: string;
    readonly isThere?: boolean;
  }[];
  /** Volumes without a name of the containers that are there now. */
  readonly held: readonly { readonly path: string; readonly volume: string }[];
  /** Where the service is written: `compose.yaml:3:3`. */
  readonly place?: string;
}

/**
 * `unnamed`: each slot would have a volume of its own · `dropped`: nothing is mounted there any more · `replaced`: something
 * else is, which does not have what was written.
 */
interface LostVolume {
  readonly path: string;
  readonly why: 'unnamed' | 'dropped' | 'replaced';
  /** That has what was written; absent where nothing has run. */
  readonly volume?: string;
  /** With `replaced`: by what. */
  readonly by?: string;
}

/**
 * Volumes without a name that a release would take from a service. Two slots are beside each other, and each would have its
 * own; one that is replaced gets its own back from Compose, as long as the image or the file still has the path.
 * Shape:  strategy, observation → `lost`: without anybody having said so · `left`: because the Compose file says so
 * Source: Compose 2.40, `buildContainerMountOptions`: "inherit previous container's anonymous volume"
 */
export function lostVolumes(
  strategy: Strategy,
  { declared, mounts, held }: ObservedVolumes,
): { readonly lost: readonly LostVolume[]; readonly left: readonly LostVolume[] } {
  const mounted = new Map(mounts.map((mount) => [mount.path, mount]));
  const unnamed = new Set([
    ...(declared ?? []).map(withoutSlash).filter((path) => !mounted.has(path)),
    ...mounts.flatMap(({ path, kind, name }) =>
      kind === 'volume' && name === undefined ? path : [],
    ),
  ]);
  const lost: LostVolume[] = [];
  const left: LostVolume[] = [];
  if (strategy !== 'recreate') {
    for (const path of unnamed) {
      const volume = held.find((one) => one.path === path)?.volume;
      lost.push({ path, why: 'unnamed', ...(volume === undefined ? {} : { volume }) });
    }
  }
  for (const { path, volume } of held.filter((one) => !unnamed.has(one.path))) {
    const mount = mounted.get(path);
    if (mount === undefined) {
      if (declared !== undefined) lost.push({ path, why: 'dropped', volume });
    } else if (mount.name !== volume) {
      const isNew = mount.name !== undefined && mount.isThere !== true;
      const by = mount.name === undefined ? `a ${mount.kind} mount` : `volume ${mount.name}`;
      (isNew ? lost : left).push({ path, why: 'replaced', volume, by });
    }
  }
  return { lost, left };
}

interface Seen {
  readonly service: string;
  readonly volumes?: ObservedVolumes;
}

/** `release`: a stored one that comes back, whose Compose file nobody can change any more. */
export function refuseLostVolumes(
  services: readonly Seen[],
  deployments: readonly Deployment[],
  release?: number,
): Obstacle | undefined {
  const lost = ofEach(services, deployments).flatMap(({ seen, lost: its }) =>
    its.map((one) => ({ ...seen, ...one })),
  );
  const [first] = lost;
  if (first === undefined) return undefined;
  const told = lost.map((one) => `${where(one)}: ${whyLost(one)}`);
  return {
    obstacle: `the release would lose what is in volumes without a name: ${told.join('; ')}`,
    advice:
      release === undefined
        ? lost.map(mend).join(' ')
        : `The Compose file of release ${release} has no name for it. Name it in the project's own, and \`pawl deploy --image ${first.service}=IMAGE\` with that release's image.`,
  };
}

/** Of what a person has replaced by something else in the Compose file. */
export function leftVolumeNotes(
  services: readonly Seen[],
  deployments: readonly Deployment[],
): string[] {
  return ofEach(services, deployments).flatMap(({ seen: { service }, left }) =>
    left.map(
      ({ path, volume = '', by = '' }) =>
        `What ${service} has written to ${path} lies in volume ${volume}. The Compose file has ${by} there now: the volume ` +
        'stays on this host, and is no longer used.',
    ),
  );
}

function ofEach(services: readonly Seen[], deployments: readonly Deployment[]) {
  return services.flatMap((seen) => {
    const deployment = deployments.find(({ service }) => service === seen.service);
    if (deployment === undefined || seen.volumes === undefined) return [];
    return [{ seen, ...lostVolumes(deployment.strategy, seen.volumes) }];
  });
}

function where({ service, volumes }: Seen): string {
  return `${volumes?.place === undefined ? '' : `${volumes.place} `}services.${service}`;
}

function whyLost({ path, why, volume, by }: LostVolume): string {
  switch (why) {
    case 'unnamed':
      return (
        `${path} is a volume without a name, so blue and green would each have one of their own, and the new one would ` +
        'begin without what is in the old one'
      );
    case 'dropped':
      return `volume ${volume ?? ''} has what was written to ${path}, and the new image has no volume there`;
    case 'replaced':
      return `volume ${volume ?? ''} has what was written to ${path}, and ${by ?? ''}, which is not there yet, would take its place`;
  }
}

/** The lines to write. */
function mend({ service, path, why, volume }: Seen & LostVolume): string {
  const name = `${service}-${path.split('/').findLast((part) => part !== '') ?? 'data'}`;
  const lines = `services.${service}: \`volumes: ["${name}:${path}"]\``;
  if (volume === undefined) {
    return `Give it a name, under ${lines} and under volumes: \`${name}: {}\`. What need not be kept: \`tmpfs: ["${path}"]\`.`;
  }
  const asItIs = `\`${name}: {external: true, name: ${volume}}\``;
  if (why === 'replaced') {
    return `Go on with what is there, under volumes: ${asItIs}, named under ${lines}; or make the new volume yourself, and copy what is to be kept.`;
  }
  return `Give it a name, under ${lines}, and go on with what is there, under volumes: ${asItIs}. What need not be kept: \`tmpfs: ["${path}"]\`.`;
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}
