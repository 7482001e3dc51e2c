import type { ReleaseList } from '../../workflows/model/release';
import type { HostPorts } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';

/**
 * The releases that this host keeps, newest first.
 * Shape:  { stack } → { releases, current? }
 * Retry:  safe; reads only
 */
export const listReleases =
  (ports: HostPorts) =>
  (input: StepInput): Promise<ReleaseList> =>
    runStep(ports, input, { phase: 'list releases' }, () =>
      ports.release.releases.list(input.stack.name),
    );
