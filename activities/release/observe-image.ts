import type { ObservedDisk, ObservedImage } from '../../workflows/release/observed-release';
import type { Look } from './look';

/** What a reference means now, where that is asked. Throws: PreconditionFailed (nobody has it) · CredentialsRejected */
export async function observeImage(
  { resolves, ports, attempt }: Omit<Look, 'stored'>,
  reference: string,
): Promise<ObservedImage> {
  if (!resolves) return { reference, pinned: reference };
  const { pinned } = await ports.images.resolve(reference, attempt);
  return { reference, pinned };
}

/** Of images that lie in a registry and not here. One that is not built yet is in no registry. */
export async function observeDisk(
  { ports, attempt }: Look,
  images: readonly (ObservedImage | undefined)[],
): Promise<ObservedDisk | undefined> {
  const pinned = new Set(
    images.flatMap((image) => (image?.pinned.includes('@') ? image.pinned : [])),
  );
  const missing = await Promise.all(
    [...pinned].map((image) => ports.images.missingLayers(image, attempt)),
  );
  if (missing.every((layers) => layers?.length === 0)) return undefined;
  const freeBytes = await ports.services.freeBytes();
  const free = freeBytes === undefined ? {} : { freeBytes };
  const known = missing.filter((layers) => layers !== undefined);
  if (known.length < missing.length) return free;
  // Images of one stack stand on the same layers, which are fetched once.
  const sizes = new Map(known.flat().map(({ digest, sizeBytes }) => [digest, sizeBytes]));
  const fetchedBytes = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  return { ...free, fetchedBytes };
}
