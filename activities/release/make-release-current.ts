import type { HostPorts } from '../ports/host-ports';
import { requireServing } from './require-serving';
import { runStep, type StepInput } from '../frame/run-step';

export interface MakeReleaseCurrentInput extends StepInput {
  readonly release: number;
  /** Compose's name of the project. Absent: whether it serves is not asked. */
  readonly project?: string;
}

/**
 * Makes a stored release the current one: what a rollback ends with. Before, it must be what serves.
 * Retry:  safe
 * Throws: PreconditionFailed (there is no such release) · VerificationFailed (something else has its place)
 */
export const makeReleaseCurrent =
  (ports: HostPorts) =>
  (input: MakeReleaseCurrentInput): Promise<void> =>
    runStep(ports, input, { phase: 'make release current' }, async (_attempt, site) => {
      const { releases } = ports.release;
      const { stack, release: number, project } = input;
      const stored = await releases.list(stack.name);
      const release = stored.releases.find((one) => one.number === number);
      if (release !== undefined && project !== undefined && stored.current !== number) {
        const its = {
          ...release,
          services: release.services.filter(({ service }) => isReleased(service)),
        };
        await requireServing(ports.release, site, { stack: stack.name, project, release: its });
      }
      await releases.setCurrent(stack.name, number);

      /** What the stack file has no more was not brought back. */
      function isReleased(service: string): boolean {
        return stack.deploy?.services.some((one) => one.service === service) === true;
      }
    });
