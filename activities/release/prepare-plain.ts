import { releaseImage } from '../../workflows/model/release-image';
import type { PlannedForget } from '../../workflows/model/plans';
import { releaseText } from '../../workflows/model/release-text';
import type { RunReference } from '../../workflows/model/run';
import { renderAdopted } from '../../workflows/release/render-release';
import type { HostPorts } from '../ports/host-ports';
import type { PreparedRelease } from '../ports/releases';
import { runStep, type StepInput } from '../frame/run-step';

export interface PreparePlainInput extends StepInput {
  readonly run: RunReference;
  readonly services: readonly Pick<PlannedForget, 'service' | 'image'>[];
}

/**
 * Takes the next release number, and writes down what plain Compose is to run: the Compose files as they are, each image by
 * the name that they have for it, so that Compose finds its containers as its own files say. A name that means something
 * else on this host is given to what serves. Nothing runs differently by it.
 * Shape:  { run, services } → { number, file, modelHash }
 * Retry:  safe; the number that an earlier attempt took is found again
 * Throws: PreconditionFailed (Compose refuses the files, or an image is gone)
 */
export const preparePlain =
  (ports: HostPorts) =>
  (input: PreparePlainInput): Promise<PreparedRelease> =>
    runStep(ports, input, { phase: 'write down what Compose is to run' }, async (attempt, site) => {
      const { compose, images, releases } = ports.release;
      const { stack, run, services } = input;
      const model = await compose.model(site, attempt);
      const named = services.map(({ service, image: { reference, id, named: how } }) => ({
        service,
        image: { reference, id, pinned: how === 'other' ? id : reference },
      }));
      const prepared = await releases.prepare(stack.name, run.key, () =>
        releaseText(renderAdopted(model, named)),
      );
      for (const { service, image } of services) {
        await images.tag(image.id, releaseImage(stack.name, service, prepared.number));
        if (image.named === 'renamed') await images.tag(image.id, withTag(image.reference));
      }
      return prepared;
    });

/** As Docker reads a name without a tag. */
function withTag(reference: string): string {
  const last = reference.slice(reference.lastIndexOf('/') + 1);
  return last.includes(':') ? reference : `${reference}:latest`;
}
