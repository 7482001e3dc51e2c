import type { HostPorts } from './release-ports';
import { runStep, type StepInput } from './run-step';

export interface MakeReleaseCurrentInput extends StepInput {
  readonly release: number;
}

/**
 * Makes a stored release the current one: what a rollback ends with.
 * Retry:  safe
 * Throws: PreconditionFailed (there is no such release)
 */
export const makeReleaseCurrent =
  (ports: HostPorts) =>
  (input: MakeReleaseCurrentInput): Promise<void> =>
    runStep(ports, input, { phase: 'make release current' }, () =>
      ports.release.releases.setCurrent(input.stack.name, input.release),
    );
