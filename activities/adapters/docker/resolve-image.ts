import { setTimeout as sleep } from 'node:timers/promises';
import { AdapterError } from '../../ports/adapter-error';
import type { Attempt } from '../../ports/attempt';
import type { ResolvedImage } from '../../ports/images';
import { asking } from './docker-failure';
import { isOfficial, parseImageReference, type NamedImage } from './image-reference';
import { localImage, type ImageAccess, type LocalImage } from './local-image';
import { credentialsFor } from './registry-credentials';
import { registryError, registryFailure, type RegistryFailure } from './registry-failure';
import { untilAborted } from '../../ports/until-aborted';

type RegistryAnswer = { readonly digest: string } | RegistryFailure;

/** A lost packet must not decide between a new image and an old one. */
const AGAIN_AFTER_MILLISECONDS = 1_000;
/** What could not be reached, asked twice, and cannot be reached now, has lost no packet: a run asks what its plan asked. */
const STILL_AWAY_MILLISECONDS = 30_000;

/**
 * What a reference means now. The registry's word counts, since its tags move. Where it gives none:
 * - it cannot be reached, or does not know the name: the image on this host is taken. So a machine without a network, and
 *   an image that is built where it runs, can be released;
 * - it refuses: the image on this host is taken only if it never came from there. One that did may be old by now, and to
 *   deploy it for want of a login would go unnoticed.
 *
 * A digest or an id means itself; that of an image not on this host must be known to the registry.
 * Shape:  `registry/api:v2` → { reference, pinned: `registry/api@sha256:…` or `sha256:…`, id?, inRegistry }
 * Throws: PreconditionFailed (malformed, or neither has it; both reasons are named) · CredentialsRejected ·
 *         ServiceUnavailable (engine away)
 */
export async function resolveImage(
  access: ImageAccess,
  reference: string,
  { signal }: Attempt,
): Promise<ResolvedImage> {
  const image = parseImageReference(reference);
  return untilAborted(signal, async () => {
    const local = await localImage(access.docker, nameOf(image, reference));
    if (image.kind === 'id') {
      if (local === undefined) throw nowhere(reference, 'an id is known to its host alone');
      return { reference, pinned: local.id, id: local.id, inRegistry: false };
    }
    const known = image.digest !== undefined && local !== undefined;
    const answer: RegistryAnswer = known
      ? { digest: image.digest }
      : await askRegistry(access, image, signal);
    if ('digest' in answer) return pinnedByRegistry(access, reference, image, answer.digest);
    return pinnedHere(reference, image, local, answer);
  });
}

/** A digest counts, whatever tag stands before it. */
function nameOf(image: ReturnType<typeof parseImageReference>, reference: string): string {
  if (image.kind === 'id') return image.id;
  return image.digest === undefined ? reference : `${image.repository}@${image.digest}`;
}

async function pinnedByRegistry(
  { docker }: ImageAccess,
  reference: string,
  { repository }: NamedImage,
  digest: string,
): Promise<ResolvedImage> {
  const pinned = `${repository}@${digest}`;
  const local = await localImage(docker, pinned);
  return { reference, pinned, ...(local && { id: local.id }), inRegistry: true };
}

function pinnedHere(
  reference: string,
  image: NamedImage,
  local: LocalImage | undefined,
  failure: RegistryFailure,
): ResolvedImage {
  const fromThere = local?.digests.find((digest) => digest.startsWith(`${image.repository}@`));
  // Docker Hub denies what it does not have; of a wrong password it says so.
  const isNone = isOfficial(image) && /\bdenied\b/i.test(failure.reason);
  const refused = failure.why === 'refused' && !isNone;
  if (refused && (local === undefined || fromThere !== undefined)) {
    throw registryError(failure, `Could not ask ${image.registry} for ${reference}`);
  }
  if (local === undefined) throw nowhere(reference, failure.reason);
  const pinned = fromThere ?? local.id;
  return { reference, pinned, id: local.id, inRegistry: fromThere !== undefined };
}

async function askRegistry(
  access: ImageAccess,
  image: NamedImage,
  signal: AbortSignal,
): Promise<RegistryAnswer> {
  const auth = await credentialsFor(image.registry, access.credentials, signal);
  const ask = async (): Promise<RegistryAnswer> => {
    const { repository, tag, digest } = image;
    const name = digest === undefined ? `${repository}:${tag}` : `${repository}@${digest}`;
    return asking(`Could not ask ${image.registry} for ${name}`, async () => {
      try {
        const options = auth === undefined ? {} : { authconfig: auth };
        const { Descriptor } = await access.docker.getImage(name).distribution(options);
        return { digest: Descriptor.digest };
      } catch (error) {
        const failure = registryFailure(error);
        if (failure === undefined) throw error;
        return failure;
      }
    });
  };
  const first = await ask();
  const wasAway = access.away.get(image.registry) ?? -Infinity;
  const isNews = performance.now() - wasAway > STILL_AWAY_MILLISECONDS;
  if (!isAway(first) || !isNews) return first;
  await sleep(AGAIN_AFTER_MILLISECONDS, undefined, { signal });
  const again = await ask();
  if (isAway(again)) access.away.set(image.registry, performance.now());
  return again;
}

function isAway(answer: RegistryAnswer): boolean {
  return 'why' in answer && answer.why === 'away';
}

function nowhere(reference: string, reason: string): AdapterError {
  return new AdapterError(
    'PreconditionFailed',
    `Image ${reference} is neither available from a registry (${reason}) nor on this host`,
    {
      advice:
        'Push it, or build (`pawl deploy --build`) or load it on this host; `docker login` where it is private.',
    },
  );
}
