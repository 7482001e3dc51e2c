import type { ServiceContainer } from '../../ports/service-containers';
import { fields } from './resolve-project';

/** What Compose calls a container before it takes the place of an older one: that one's id before the name. */
const NAME_UNTIL_RENAMED = /^[0-9a-f]{12}_./;

/**
 * Whether a container still has the name that it had only until it was renamed. Compose that was killed before takes it for
 * finished from then on, but whoever looks for the container's name does not find it.
 */
export function isHalfMade({ name }: Pick<ServiceContainer, 'name'>): boolean {
  return NAME_UNTIL_RENAMED.test(name);
}

/** What a switch never has, and what Compose would compare with more than a hash. */
const COMPARED_OTHERWISE = ['scale', 'deploy', 'network_mode'];

/** A service in a release's model. */
export interface Definition {
  readonly image?: string;
  readonly networks?: Readonly<Record<string, unknown>> | readonly string[];
  readonly volumes?: readonly { readonly type?: string; readonly [key: string]: unknown }[];
  readonly [key: string]: unknown;
}

/**
 * Whether `up` would leave a service's containers alone, so that Compose need not be started for it. Said only of what is
 * plain to see: one container that runs, of the same hash, from an image by its digest, with folders alone mounted, on as
 * many networks as it should.
 * Source: Compose 2.40, pkg/compose/convergence.go, mustRecreate: hash, image, networks and volumes are compared
 */
export function isLeftAlone(
  definition: Definition,
  hash: string | undefined,
  containers: readonly ServiceContainer[],
): boolean {
  const [container, ...others] = containers;
  if (hash === undefined || container === undefined || others.length > 0) return false;
  const { image = '', volumes = [], networks = [] } = definition;
  const isPlain =
    /(?:^|@)sha256:/.test(image) &&
    COMPARED_OTHERWISE.every((key) => definition[key] === undefined) &&
    volumes.every(({ type }) => type === 'bind');
  return (
    isPlain &&
    container.state === 'running' &&
    container.madeOf === hash &&
    container.addresses.length === Object.keys(fields(networks)).length &&
    !isHalfMade(container)
  );
}
