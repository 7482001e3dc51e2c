import { AdapterError } from '../../../activities/ports/adapter-error';
import type { Images, ResolvedImage } from '../../../activities/ports/images';
import type { SimulatedHost } from './simulated-host';
import { repositoryOf } from './simulated-images';

const LAYER_BYTES = 50 * 1024 ** 2;

/** `Images` on a simulated host. */
export function createInMemoryImages(host: SimulatedHost): Images {
  const { images } = host;
  const asked = <Answer>(work: () => Answer): Promise<Answer> =>
    new Promise((resolve) => {
      host.reachEngine();
      resolve(work());
    });
  return {
    resolve: (reference) => asked(() => resolveIn(host, reference)),
    onHost: (reference) => asked(() => images.find(reference)?.id),
    missingLayers: (pinned) =>
      asked(() => {
        if (images.find(pinned) !== undefined) return [];
        const { digest } = (!images.isRegistryAway && images.inRegistry(pinned)) || {};
        return digest === undefined ? undefined : [{ digest, sizeBytes: LAYER_BYTES }];
      }),
    pull: (pinned) =>
      asked(() => {
        const here = images.find(pinned);
        if (here !== undefined) return { id: here.id };
        if (images.isRegistryAway) {
          throw new AdapterError('ServiceUnavailable', `The registry of ${pinned} is away`);
        }
        const fetched = images.fetch(pinned);
        if (fetched === undefined) throw noImage(pinned);
        return { id: fetched.id };
      }),
    declaredVolumes: (pinned) =>
      asked(() => (images.find(pinned) ?? images.inRegistry(pinned)?.image)?.volumes),
    tag: (pinned, name) =>
      asked(() => {
        const image = images.find(pinned);
        if (image === undefined) throw noImage(pinned);
        images.tag(image.id, name);
      }),
    dropNames: (repository, keeps) =>
      asked(() => {
        for (const { id, names } of images.all()) {
          const gone = [...names].filter(
            (name) =>
              repositoryOf(name) === repository && !keeps(name.slice(repository.length + 1)),
          );
          for (const name of gone.filter(() => names.size > 1 || !isUsed(host, id))) {
            names.delete(name);
            if (names.size === 0) images.drop(id);
          }
        }
      }),
    removeUnused: (ids) =>
      asked(() => {
        for (const id of ids) {
          if (images.byId(id)?.names.size === 0 && !isUsed(host, id)) images.drop(id);
        }
      }),
  };
}

function isUsed(host: SimulatedHost, id: string): boolean {
  return host.all().some(({ source }) => source.imageId === id);
}

function resolveIn({ images }: SimulatedHost, reference: string): ResolvedImage {
  const [name = '', wanted] = reference.split('@');
  const repository = repositoryOf(name);
  const local = images.find(wanted === undefined ? reference : `${repository}@${wanted}`);
  const isHere = wanted !== undefined && local !== undefined;
  const known = images.isRegistryAway ? undefined : images.inRegistry(reference);
  const digest = isHere ? wanted : known?.digest;
  if (digest !== undefined) {
    const pinned = `${repository}@${digest}`;
    const here = images.find(pinned);
    return { reference, pinned, ...(here && { id: here.id }), inRegistry: true };
  }
  if (local === undefined) throw noImage(reference);
  const fromThere = [...local.digests].find((pinned) => pinned.startsWith(`${repository}@`));
  const pinned = fromThere ?? local.id;
  return { reference, pinned, id: local.id, inRegistry: fromThere !== undefined };
}

function noImage(reference: string): AdapterError {
  const text = `Image ${reference} is neither available from a registry nor on this host`;
  return new AdapterError('PreconditionFailed', text);
}
