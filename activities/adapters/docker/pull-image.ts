import { AdapterError } from '../../ports/adapter-error';
import type { Attempt } from '../../ports/attempt';
import { following } from './docker-failure';
import { parseImageReference } from './image-reference';
import { localImage, type ImageAccess } from './local-image';
import { readPullProgress } from './pull-progress';
import { credentialsFor } from './registry-credentials';
import { registryError, registryFailure } from './registry-failure';
import { untilAborted } from '../../ports/until-aborted';

/**
 * Makes a pinned image present. The engine gives the pull up when the connection to it closes.
 * Units:  progress = octets that were fetched, all layers together
 * Retry:  safe; layers that are there are not fetched again
 * Throws: PreconditionFailed (the registry has it no more, or an id is not on this host) · CredentialsRejected ·
 *         ServiceUnavailable (registry or engine away) · CommandFailed (disk full) · the signal's reason
 */
export async function pullImage(
  access: ImageAccess,
  pinned: string,
  attempt: Attempt,
): Promise<{ readonly id: string }> {
  const image = parseImageReference(pinned);
  return untilAborted(attempt.signal, async () => {
    const present = await localImage(access.docker, pinned);
    if (present !== undefined) return { id: present.id };
    if (image.kind === 'id') throw lostId(pinned);
    await fetchImage(access, pinned, image.registry, attempt);
    const fetched = await localImage(access.docker, pinned);
    if (fetched !== undefined) return { id: fetched.id };
    const text = `The engine has pulled ${pinned} and does not have it: something removes images`;
    throw new AdapterError('CommandFailed', text);
  });
}

async function fetchImage(
  { docker, credentials }: ImageAccess,
  pinned: string,
  registry: string,
  { signal, onProgress }: Attempt,
): Promise<void> {
  const attempted = `Could not pull ${pinned}`;
  const auth = await credentialsFor(registry, credentials, signal);
  await following(attempted, async () => {
    try {
      const options = { fromImage: pinned, abortSignal: signal };
      const stream = await docker.createImage(auth, options);
      const failure = await readPullProgress(stream, onProgress);
      if (failure !== undefined) throw registryError(failure, attempted);
    } catch (error) {
      const failure = registryFailure(error);
      throw failure === undefined ? error : registryError(failure, attempted);
    }
  });
}

function lostId(id: string): AdapterError {
  return new AdapterError(
    'PreconditionFailed',
    `Image ${id} is no longer on this host, and no registry has it`,
    { advice: 'Build or load it again, and release that.' },
  );
}
