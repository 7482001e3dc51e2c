import type Dockerode from 'dockerode';
import type { Attempt } from '../../ports/attempt';
import type { MissingLayer } from '../../ports/images';
import { asking } from './docker-failure';
import { unlessMissing } from './docker-status';
import { parseImageReference, type NamedImage } from './image-reference';
import { localImage, type ImageAccess } from './local-image';
import { registryImage, type RegistryImage } from './registry-layers';
import { untilAborted } from '../../ports/until-aborted';

/**
 * What a pull of a pinned image would fetch: the layers above those that an image of this host has too. The engine knows
 * a layer by all that is below it, so the first that is missing ends what can be used.
 * Shape:  `registry/api@sha256:…` → layers, none when the image is there; undefined when the registry does not tell
 * Throws: ServiceUnavailable (engine away) · the signal's reason
 */
export async function missingLayers(
  access: ImageAccess,
  pinned: string,
  { signal }: Attempt,
): Promise<readonly MissingLayer[] | undefined> {
  const { docker } = access;
  const image = parseImageReference(pinned);
  return untilAborted(signal, async () => {
    if ((await localImage(docker, pinned)) !== undefined) return [];
    if (image.kind === 'id') return undefined;
    const remote = await imageInRegistry(access, image, signal);
    if (remote === undefined) return undefined;
    const { layers } = remote;
    const present = await sharedLayers(
      docker,
      layers.map(({ diffId }) => diffId),
    );
    return layers.slice(present).map(({ digest, sizeBytes }) => ({ digest, sizeBytes }));
  });
}

/**
 * The paths that an image declares as volumes, also before it is pulled.
 * Shape:  `registry/api@sha256:…` → paths; undefined when the registry does not tell
 * Throws: ServiceUnavailable (engine away) · the signal's reason
 */
export async function declaredVolumes(
  access: ImageAccess,
  pinned: string,
  { signal }: Attempt,
): Promise<readonly string[] | undefined> {
  const image = parseImageReference(pinned);
  return untilAborted(signal, async () => {
    const local = await localImage(access.docker, pinned);
    if (local !== undefined) return local.volumes;
    if (image.kind === 'id') return undefined;
    return (await imageInRegistry(access, image, signal))?.volumes;
  });
}

async function imageInRegistry(
  { docker, credentials }: ImageAccess,
  image: NamedImage,
  signal: AbortSignal,
): Promise<RegistryImage | undefined> {
  const { Os: os, Arch: architecture } = await asking('Could not ask the Docker Engine', () =>
    docker.version(),
  );
  try {
    return await registryImage(image, { os, architecture }, credentials, signal);
  } catch {
    // An estimate is not worth a release. Whoever reads the plan is told that it is not known.
    signal.throwIfAborted();
    return undefined;
  }
}

/** How many of these layers, from the lowest on, some image of this host has. */
async function sharedLayers(
  docker: Dockerode,
  wanted: readonly (string | undefined)[],
): Promise<number> {
  return asking('Could not look for images', async () => {
    let most = 0;
    for (const { Id } of await docker.listImages()) {
      const info = await docker.getImage(Id).inspect().catch(unlessMissing);
      const layers = info?.RootFS.Layers ?? [];
      const differs = wanted.findIndex((id, index) => id === undefined || id !== layers[index]);
      most = Math.max(most, differs === -1 ? wanted.length : differs);
    }
    return most;
  });
}
