import type { RunReference } from '../workflows/model/run';
import type { HostPorts, PreparedRelease } from './release-ports';
import { releaseRenderer, type ToBeRendered } from './release-renderer';
import { runStep, type StepInput } from './run-step';

export interface PrepareReleaseInput extends StepInput, Omit<ToBeRendered, 'model'> {
  readonly run: RunReference;
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
      const { stack, run } = input;
      const model = await compose.model(site, attempt);
      const render = await releaseRenderer(switches, stack, { ...input, model });
      return releases.prepare(stack.name, run.key, render);
    });
