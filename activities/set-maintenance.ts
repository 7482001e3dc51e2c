import type { Maintenance } from '../workflows/model/maintenance';
import { AdapterError } from './adapter-error';
import { isSwitch } from './service-container';
import type { Attempt, Site } from './ports';
import type { HostPorts, ReleasePorts } from './release-ports';
import { runStep, type StepInput } from './run-step';

export interface SetMaintenanceInput extends StepInput {
  readonly service: string;
  /** Absent: the maintenance ends. */
  readonly maintenance?: Maintenance;
}

/**
 * Begins or ends a service's maintenance: in its switch's file first, so that a switch that starts later has it too, then in
 * the process that runs, without a reload. What a release does to the shares meanwhile stays.
 * Shape:  { stack, service, maintenance? } → whether the switch runs; one that does not has it when it starts
 * Retry:  safe; the file is what is wanted, whoever wrote it
 * Throws: PreconditionFailed (no switch) · ServiceUnavailable (the switch runs and does not answer)
 */
export const setMaintenance =
  (ports: HostPorts) =>
  (input: SetMaintenanceInput): Promise<{ readonly switchRuns: boolean }> =>
    runStep(ports, input, { phase: `maintenance of ${input.service}` }, async (attempt, site) => {
      const { switches } = ports.release;
      const key = { stack: input.stack.name, service: input.service };
      await switches.maintain(key, input.maintenance);
      try {
        await switches.apply(key, attempt);
      } catch (error) {
        const away = error instanceof AdapterError && error.kind === 'ServiceUnavailable';
        // One that has started since the file was written is tried again.
        if (!away || (await isRunning(ports.release, site, input.service, attempt))) throw error;
        return { switchRuns: false };
      }
      return { switchRuns: true };
    });

async function isRunning(
  { compose, services }: ReleasePorts,
  site: Site,
  service: string,
  attempt: Attempt,
): Promise<boolean> {
  const { project } = await compose.facts(site, attempt);
  const containers = await services.containers(site, project, service);
  const running = containers.filter(({ state }) => state === 'running' || state === 'restarting');
  return running.some(isSwitch);
}
