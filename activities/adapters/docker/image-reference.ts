import { AdapterError } from '../../ports/adapter-error';

/** An image of a registry: `api`, `acme/api:v2`, `localhost:5000/api@sha256:…`. */
export interface NamedImage {
  readonly kind: 'name';
  /** As the engine shows it, without tag: `nginx`, not `docker.io/library/nginx`. */
  readonly repository: string;
  /** Host, with the port where there is one; Docker Hub is `docker.io`. */
  readonly registry: string;
  readonly tag: string;
  /** Present: the tag says nothing. */
  readonly digest?: string;
}

/** An image of this host by the engine's own id, `sha256:…`. */
export interface ImageById {
  readonly kind: 'id';
  readonly id: string;
}

export const DOCKER_HUB = 'docker.io';

/** Names there without a folder are Docker's own images, open to all. */
const OFFICIAL = 'library/';

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const PATH = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const HOST = /^(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d+)?$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * Reads a reference as the engine does. What passes has no character that means anything in a request's path.
 * Throws: PreconditionFailed (no engine would take it)
 * Source: distribution/reference, "Grammar", and its ParseNormalizedNamed
 */
export function parseImageReference(text: string): NamedImage | ImageById {
  if (DIGEST.test(text)) return { kind: 'id', id: text };
  if (/^[0-9a-f]{64}$/.test(text)) return { kind: 'id', id: `sha256:${text}` };
  const [, named = '', digest] = /^([^@]*)(?:@(.*))?$/.exec(text) ?? [];
  const [, name = '', tag] = /^(.*?)(?::([^:/]*))?$/.exec(named) ?? [];
  const { registry, path } = splitRegistry(name);
  const isGood =
    HOST.test(registry) &&
    PATH.test(path) &&
    TAG.test(tag ?? 'latest') &&
    (digest === undefined || DIGEST.test(digest));
  if (!isGood) throw malformed(text);
  const repository =
    registry === DOCKER_HUB ? path.replace(/^library\/(?=[^/]+$)/, '') : `${registry}/${path}`;
  return {
    ...{ kind: 'name', repository, registry, tag: tag ?? 'latest' },
    ...(digest === undefined ? {} : { digest }),
  };
}

/** Whether it is one of Docker's own: of these the registry says "denied" only where there is none of the name. */
export function isOfficial({ registry, repository }: NamedImage): boolean {
  return registry === DOCKER_HUB && !repository.includes('/');
}

/** The first part is a host when it looks like none of Docker Hub's folders. */
function splitRegistry(name: string): { readonly registry: string; readonly path: string } {
  const [first = '', ...rest] = name.split('/');
  const isHost = /[.:A-Z]/.test(first) || first === 'localhost';
  if (rest.length === 0 || !isHost) {
    return { registry: DOCKER_HUB, path: rest.length === 0 ? `${OFFICIAL}${name}` : name };
  }
  const registry = first === 'index.docker.io' ? DOCKER_HUB : first;
  const path = rest.join('/');
  const isBare = registry === DOCKER_HUB && rest.length === 1;
  return { registry, path: isBare ? `${OFFICIAL}${path}` : path };
}

function malformed(text: string): AdapterError {
  return new AdapterError(
    'PreconditionFailed',
    `${JSON.stringify(text)} is not an image reference`,
    {
      advice: 'Write it as `registry/name:tag`, the name in lower case.',
    },
  );
}
