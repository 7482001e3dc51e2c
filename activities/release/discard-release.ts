import type { RunReference } from '../../workflows/model/run';
import type { HostPorts } from '../ports/host-ports';
import { dropHeldImages } from './drop-held-images';
import { runStep, type StepInput } from '../frame/run-step';

export interface DiscardReleaseInput extends StepInput {
  readonly run: RunReference;
}

/**
 * Drops the files of a release that this run prepared and never recorded, and the names that its images got by it.
 * Retry:  safe
 */
export const discardRelease =
  (ports: HostPorts) =>
  (input: DiscardReleaseInput): Promise<void> =>
    runStep(ports, input, { phase: 'discard release' }, async () => {
      const { releases } = ports.release;
      await releases.discard(input.stack.name, input.run.key);
      await dropHeldImages(ports.release, input.stack, await releases.list(input.stack.name));
    });
