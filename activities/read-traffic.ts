import type { SwitchDeployment } from '../workflows/model/deployment';
import type { SwitchCounters } from '../workflows/model/traffic';
import type { HostPorts } from './release-ports';
import { runStep, type StepInput } from './run-step';

export interface ReadTrafficInput extends StepInput {
  readonly deployment: SwitchDeployment;
}

/**
 * What the switch of a service has counted so far.
 * Retry:  safe; reads only
 * Throws: ServiceUnavailable (the switch does not answer)
 */
export const readTraffic =
  (ports: HostPorts) =>
  (input: ReadTrafficInput): Promise<SwitchCounters> => {
    const { service } = input.deployment;
    return runStep(ports, input, { phase: `read traffic of ${service}` }, (attempt) =>
      ports.release.switches.counters({ stack: input.stack.name, service }, attempt),
    );
  };
