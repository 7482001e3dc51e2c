import type { Release } from '../../workflows/model/release';
import type { HostPorts } from '../ports/host-ports';
import { requireServing } from './require-serving';
import { runStep, type StepInput } from '../frame/run-step';

export interface RecordReleaseInput extends StepInput {
  readonly release: Release;
  /** Compose's name of the project. Absent: whether it serves is not asked. */
  readonly project?: string;
}

/**
 * Stores what a release is, and makes it the current one: from here on it exists. Before, it must be what serves, whoever
 * has typed what by hand since it got the requests.
 * Retry:  safe; by the run's key
 * Throws: VerificationFailed (something else has its place)
 */
export const recordRelease =
  (ports: HostPorts) =>
  (input: RecordReleaseInput): Promise<void> =>
    runStep(ports, input, { phase: 'record release' }, async (_attempt, site) => {
      const { releases } = ports.release;
      const { stack, release, project } = input;
      const { current } = await releases.list(stack.name);
      // An earlier attempt has recorded it.
      if (project !== undefined && current !== release.number) {
        await requireServing(ports.release, site, { stack: stack.name, project, release });
      }
      await releases.record(release);
    });
