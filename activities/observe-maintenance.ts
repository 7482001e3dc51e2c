import type { MaintainedService } from '../workflows/model/maintenance';
import type { HostPorts } from './release-ports';
import { runStep, type StepInput } from './run-step';

export interface ObserveMaintenanceInput extends StepInput {
  readonly services: readonly string[];
}

/**
 * Which switched services have a switch, and which are in maintenance: what the switches' own files say.
 * Shape:  { stack, services } → one for each, in their order
 * Retry:  safe; reads only
 * Throws: PreconditionFailed (a switch's file is not pawl's)
 */
export const observeMaintenance =
  (ports: HostPorts) =>
  (input: ObserveMaintenanceInput): Promise<readonly MaintainedService[]> =>
    runStep(ports, input, { phase: 'observe maintenance' }, () =>
      Promise.all(
        input.services.map(async (service) => {
          const key = { stack: input.stack.name, service };
          const now = await ports.release.switches.desired(key);
          const maintenance = now?.maintenance;
          const inMaintenance = maintenance === undefined ? {} : { maintenance };
          return { service, switched: now !== undefined, ...inMaintenance };
        }),
      ),
    );
