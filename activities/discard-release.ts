import type { RunReference } from '../workflows/model/run';
import type { HostPorts } from './release-ports';
import { runStep, type StepInput } from './run-step';

export interface DiscardReleaseInput extends StepInput {
  readonly run: RunReference;
}

/**
 * Drops the files of a release that this run prepared and never recorded.
 * Retry:  safe
 */
export const discardRelease =
  (ports: HostPorts) =>
  (input: DiscardReleaseInput): Promise<void> =>
    runStep(ports, input, { phase: 'discard release' }, () =>
      ports.release.releases.discard(input.stack.name, input.run.key),
    );
