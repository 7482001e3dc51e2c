import { releaseImage } from '../../workflows/model/release-image';
import type { RunReference } from '../../workflows/model/run';
import type { HostPorts } from '../ports/host-ports';
import type { PreparedRelease } from '../ports/releases';
import { releaseRenderer, type ToBeRendered } from '../containers/release-renderer';
import { requireKeptVolumes } from './require-kept-volumes';
import { runStep, type StepInput } from '../frame/run-step';

export interface PrepareReleaseInput extends StepInput, Omit<ToBeRendered, 'model'> {
  readonly run: RunReference;
}

/**
 * Takes the next release number and writes the release's own Compose model: images pinned, slots and switches in the
 * place of switched services. Nothing runs differently by it.
 * Shape:  { run, images, switchImage } → { number, file, modelHash }
 * Retry:  safe; the number that an earlier attempt took is found again
 * Throws: PreconditionFailed (what the Compose file has and a release cannot carry, with its path; a volume that it would
 *         lose)
 */
export const prepareRelease =
  (ports: HostPorts) =>
  (input: PrepareReleaseInput): Promise<PreparedRelease> =>
    runStep(ports, input, { phase: 'prepare release' }, async (attempt, site) => {
      const { compose, images, releases, switches } = ports.release;
      const { stack, run } = input;
      await requireKeptVolumes(ports.release, site, input, attempt);
      const model = await compose.model(site, attempt);
      const render = await releaseRenderer(switches, stack, { ...input, model });
      const prepared = await releases.prepare(stack.name, run.key, render);
      for (const { service, image } of input.images) {
        await images.tag(image.pinned, releaseImage(stack.name, service, prepared.number));
      }
      return prepared;
    });
