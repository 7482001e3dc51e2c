import type { Maintenance } from '../workflows/model/maintenance';
import type { HostPorts } from './release-ports';
import { runStep, type StepInput } from './run-step';

export interface SetMaintenanceInput extends StepInput {
  readonly service: string;
  /** Absent: the maintenance ends. */
  readonly maintenance?: Maintenance;
}

/**
 * Begins or ends a service's maintenance: in its switch's file first, so that a switch that starts later has it too, then in
 * the process that runs, without a reload. What a release does to the shares meanwhile stays.
 * Retry:  safe; the file is what is wanted, whoever wrote it
 * Throws: PreconditionFailed (no switch) · ServiceUnavailable (the switch does not run: its file says it all the same)
 */
export const setMaintenance =
  (ports: HostPorts) =>
  (input: SetMaintenanceInput): Promise<void> =>
    runStep(ports, input, { phase: `maintenance of ${input.service}` }, async (attempt) => {
      const { switches } = ports.release;
      const key = { stack: input.stack.name, service: input.service };
      await switches.maintain(key, input.maintenance);
      await switches.apply(key, attempt);
    });
