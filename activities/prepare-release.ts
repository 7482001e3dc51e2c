import { hasSwitch } from '../workflows/model/deployment';
import type { PinnedImage } from '../workflows/model/release';
import type { RunReference } from '../workflows/model/run';
import { renderRelease } from '../workflows/plan/render-release';
import { AdapterError } from './adapter-error';
import { deployOf, deploymentOf } from './deploy-of';
import type { HostPorts, PreparedRelease } from './release-ports';
import { releaseText } from '../workflows/model/release-text';
import { runStep, type StepInput } from './run-step';

export interface PrepareReleaseInput extends StepInput {
  readonly run: RunReference;
  readonly images: readonly { readonly service: string; readonly image: PinnedImage }[];
  /** Pinned; absent when no service is switched. */
  readonly switchImage?: string;
}

/**
 * Takes the next release number and writes the release's own Compose model: images pinned, slots and switches in the
 * place of switched services. Nothing runs differently by it.
 * Shape:  { run, images, switchImage } → { number, file, modelHash }
 * Retry:  safe; the number that an earlier attempt took is found again
 * Throws: PreconditionFailed (what the Compose file has and a release cannot carry, with its path)
 */
export const prepareRelease =
  (ports: HostPorts) =>
  (input: PrepareReleaseInput): Promise<PreparedRelease> =>
    runStep(ports, input, { phase: 'prepare release' }, async (attempt, site) => {
      const { compose, releases, switches } = ports.release;
      const { name } = input.stack;
      const model = await compose.model(site, attempt);
      const folders = new Map<string, string>();
      for (const { service } of deployOf(input.stack).services.filter(hasSwitch)) {
        folders.set(service, await switches.folder({ stack: name, service }));
      }
      return releases.prepare(name, input.run.key, (number) => {
        const rendered = renderRelease({
          ...{ model, stack: name, release: number },
          services: input.images.map(({ service, image }) => ({
            ...{ deployment: deploymentOf(input.stack, service), image },
          })),
          switchImage: input.switchImage ?? '',
          switchFolder: (service) => folders.get(service) ?? '',
        });
        if ('obstacle' in rendered) {
          throw new AdapterError('PreconditionFailed', rendered.obstacle, {
            advice: rendered.advice,
          });
        }
        return releaseText(rendered.model);
      });
    });
