import { releaseImage } from '../../workflows/model/release-image';
import type { RunReference } from '../../workflows/model/run';
import { renderAdopted } from '../../workflows/release/render-release';
import { deploymentOf } from '../containers/deploy-of';
import type { HostPorts } from '../ports/host-ports';
import { releaseText } from '../../workflows/model/release-text';
import { runStep, type StepInput } from '../frame/run-step';

export interface AdoptReleaseInput extends StepInput {
  readonly run: RunReference;
  readonly requestedBy: string;
  readonly pawlVersion: string;
  /** SHA-256 of the stack description. */
  readonly stackHash: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The release that plain Compose took the place of; absent the first time. */
  readonly replaced: number | undefined;
  /** What plain Compose runs now, by image id. */
  readonly running: readonly {
    readonly service: string;
    readonly image: string;
    readonly reference: string;
  }[];
}

/**
 * Records what runs under plain Compose as a release of its own: where an undone first release comes back to.
 * Shape:  { run, running } → the release's number
 * Retry:  safe; the number that an earlier attempt took is found again
 */
export const adoptRelease =
  (ports: HostPorts) =>
  (input: AdoptReleaseInput): Promise<number> =>
    runStep(ports, input, { phase: 'adopt release' }, async (attempt, site) => {
      const { stack, run, requestedBy, pawlVersion, stackHash, at, replaced, running } = input;
      const runKey = `${run.key}:adopted`;
      const model = await ports.release.compose.model(site, attempt);
      const images = running.map(({ service, image, reference }) => ({
        service,
        image: { reference, pinned: image, id: image },
      }));
      const { releases } = ports.release;
      const { number, modelHash } = await releases.prepare(stack.name, runKey, () =>
        releaseText(renderAdopted(model, images)),
      );
      for (const { service, image } of images) {
        await ports.release.images.tag(image.id, releaseImage(stack.name, service, number));
      }
      await releases.record({
        ...{ number, stack: stack.name, releasedAt: at, run: run.id, runKey },
        ...{ requestedBy, pawlVersion, stackHash, modelHash, adopted: true },
        ...(replaced === undefined ? {} : { replaced }),
        services: images.map(({ service, image }) => {
          const { strategy } = deploymentOf(stack, service);
          return { service, strategy, image };
        }),
      });
      return number;
    });
