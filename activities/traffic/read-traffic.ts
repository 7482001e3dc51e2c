import type { SwitchDeployment } from '../../workflows/model/deployment';
import type { SwitchCounters } from '../../workflows/model/traffic';
import { liveCounters } from './live-counters';
import type { HostPorts } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';

export interface ReadTrafficInput extends StepInput {
  readonly project: string;
  readonly deployment: SwitchDeployment;
}

/**
 * What the switch of a service has counted so far.
 * Retry:  safe; reads only
 * Throws: ServiceUnavailable (the switch does not answer) · VerificationFailed (it has ended for good)
 */
export const readTraffic =
  (ports: HostPorts) =>
  (input: ReadTrafficInput): Promise<SwitchCounters> => {
    return runStep(
      ports,
      input,
      { phase: `read traffic of ${input.deployment.service}` },
      (attempt, site) => liveCounters(ports.release, site, input, attempt),
    );
  };
