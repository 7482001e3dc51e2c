import type { Release } from '../workflows/model/release';
import type { HostPorts } from './release-ports';
import { runStep, type StepInput } from './run-step';

export interface RecordReleaseInput extends StepInput {
  readonly release: Release;
}

/**
 * Stores what a release is, and makes it the current one: from here on it exists.
 * Retry:  safe; by the run's key
 */
export const recordRelease =
  (ports: HostPorts) =>
  (input: RecordReleaseInput): Promise<void> =>
    runStep(ports, input, { phase: 'record release' }, () =>
      ports.release.releases.record(input.release),
    );
