import type Dockerode from 'dockerode';
import { DOCKER_HUB, type NamedImage } from './image-reference';
import { credentialsFor, type CredentialSource } from './registry-credentials';

/** One layer of an image, as its registry has it. */
export interface RegistryLayer {
  /** Of the compressed layer. */
  readonly digest: string;
  /** Of the unpacked one: what the engine calls it. */
  readonly diffId: string | undefined;
  /** Compressed. */
  readonly sizeBytes: number;
}

interface Descriptor {
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string };
}

/** Of an image, or of one image for each platform. Source: OCI image specification, and Docker's own before it */
interface Manifest {
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
  readonly manifests?: readonly Descriptor[];
}

const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** This is an estimate's question: nobody waits long for its answer. */
const PATIENCE_MILLISECONDS = 10_000;

export interface Platform {
  readonly os: string;
  readonly architecture: string;
}

/** What a registry tells of an image without its being pulled. */
export interface RegistryImage {
  readonly layers: readonly RegistryLayer[];
  /** Paths that it declares as volumes. */
  readonly volumes: readonly string[];
}

/**
 * Asks a registry what an image is made of. The engine tells nothing before a pull, so this alone goes past it; where
 * it reaches the registry by a mirror, a proxy or a certificate of its own, the answer is that nobody knows.
 * Throws: any error of the network or the registry
 * Source: OCI distribution specification, "Pulling manifests"; Docker, "Token authentication specification"
 */
export async function registryImage(
  image: NamedImage,
  platform: Platform,
  credentials: CredentialSource,
  signal: AbortSignal,
): Promise<RegistryImage> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MILLISECONDS)]);
  const login = await credentialsFor(image.registry, credentials, limit);
  const ask = asker(image, login, limit);
  let manifest = (await ask(`manifests/${image.digest ?? image.tag}`)) as Manifest;
  if (manifest.manifests !== undefined) {
    const own = manifest.manifests.find(
      (one) =>
        one.platform?.os === platform.os && one.platform.architecture === platform.architecture,
    );
    if (own === undefined) throw new Error('no image of this platform');
    manifest = (await ask(`manifests/${own.digest}`)) as Manifest;
  }
  const { config, layers } = manifest;
  if (config === undefined || layers === undefined) throw new Error('no manifest of an image');
  const { rootfs, config: settings } = (await ask(`blobs/${config.digest}`)) as {
    readonly rootfs?: { readonly diff_ids?: readonly string[] };
    readonly config?: { readonly Volumes?: Readonly<Record<string, object>> | null };
  };
  return {
    layers: layers.map(({ digest, size }, index) => {
      return { digest, sizeBytes: size, diffId: rootfs?.diff_ids?.[index] };
    }),
    volumes: Object.keys(settings?.Volumes ?? {}),
  };
}

/** Remembers how the registry wants to be asked. */
function asker(
  { registry, repository }: NamedImage,
  login: Dockerode.AuthConfigObject | undefined,
  signal: AbortSignal,
): (path: string) => Promise<unknown> {
  const isHub = registry === DOCKER_HUB;
  const name = isHub ? hubName(repository) : repository.slice(registry.length + 1);
  const host = isHub ? 'registry-1.docker.io' : registry;
  const root = `${isLoopback(host) ? 'http' : 'https'}://${host}/v2/${name}`;
  let authorization: string | undefined;
  const get = (path: string): Promise<Response> => {
    const headers = { accept: MANIFESTS, ...(authorization && { authorization }) };
    return fetch(`${root}/${path}`, { headers, signal });
  };
  return async (path) => {
    let answer = await get(path);
    if (answer.status === 401 && authorization === undefined) {
      await answer.body?.cancel();
      authorization = await authorizationFor(answer, login, signal);
      answer = await get(path);
    }
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return answer.json();
  };
}

async function authorizationFor(
  refusal: Response,
  login: Dockerode.AuthConfigObject | undefined,
  signal: AbortSignal,
): Promise<string> {
  const wanted = refusal.headers.get('www-authenticate') ?? '';
  const basic = basicOf(login);
  if (!/^bearer /i.test(wanted)) {
    if (basic === undefined) throw new Error('a login is required');
    return basic;
  }
  const parameters = [...wanted.matchAll(/(\w+)="([^"]*)"/g)].map(
    ([, key = '', value = '']) => [key, value] as const,
  );
  const { realm = '', ...others } = Object.fromEntries(parameters);
  const url = new URL(realm);
  // Credentials go nowhere in the clear, whatever a registry says.
  if (url.protocol !== 'https:' && !isLoopback(url.host)) throw new Error('a realm without TLS');
  for (const key of ['service', 'scope']) {
    if (others[key] !== undefined) url.searchParams.set(key, others[key]);
  }
  const headers = basic === undefined ? {} : { authorization: basic };
  const answer = await fetch(url, { headers, signal });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const { token, access_token } = (await answer.json()) as Record<string, string | undefined>;
  return `Bearer ${token ?? access_token ?? ''}`;
}

function basicOf(login: Dockerode.AuthConfigObject | undefined): string | undefined {
  const { username, password } = (login ?? {}) as { username?: string; password?: string };
  if (username === undefined || password === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function hubName(repository: string): string {
  return repository.includes('/') ? repository : `library/${repository}`;
}

/** What the engine, too, talks with without TLS. */
function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(host);
}
