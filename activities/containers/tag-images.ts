import { LABELS } from '../../workflows/model/labels';
import { labelMap, type ComposeProjectModel } from '../../workflows/release/compose-model';
import type { ReleasePorts } from '../ports/host-ports';

/**
 * Makes sure that an image still has the name by which a release's file knows it: `docker image prune --all` takes names
 * of images that are in use, too. Files of earlier versions name images by digest or id, and need nothing.
 * Throws: PreconditionFailed (the image is not here any more)
 */
export async function tagImages(
  { releases, images }: Pick<ReleasePorts, 'releases' | 'images'>,
  stack: string,
  release: number,
  service: string,
): Promise<void> {
  const model = JSON.parse(await releases.readModel(stack, release)) as ComposeProjectModel;
  const { image, labels } = model.services?.[service] ?? {};
  const pinned = labelMap(labels)[LABELS.image];
  if (image === undefined || typeof pinned !== 'string') return;
  await images.tag(pinned, image);
}
