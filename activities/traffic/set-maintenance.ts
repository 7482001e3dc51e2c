import type { Maintenance } from '../../workflows/model/maintenance';
import { AdapterError, isAway } from '../ports/adapter-error';
import { projectOf } from '../containers/project-of';
import type { HostPorts } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';
import { answersInstead } from '../containers/see-service';
import { hasSwitchInPlace } from './slot-servers';

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
 * Throws: PreconditionFailed (no switch, or something else answers in its place: users would not get the page) ·
 *         ServiceUnavailable (the switch runs and does not answer)
 */
export const setMaintenance =
  (ports: HostPorts) =>
  (input: SetMaintenanceInput): Promise<{ readonly switchRuns: boolean }> =>
    runStep(ports, input, { phase: `maintenance of ${input.service}` }, async (attempt, site) => {
      const { switches } = ports.release;
      const { maintenance, service } = input;
      const key = { stack: input.stack.name, service };
      if (maintenance !== undefined) {
        const why = await answersInstead(ports.release, site, service, attempt);
        if (why !== undefined) throw noPage(why);
      }
      await switches.maintain(key, maintenance);
      try {
        await switches.apply(key, attempt);
      } catch (error) {
        // One that has started since the file was written is tried again.
        if (!isAway(error)) throw error;
        const project = await projectOf(ports.release, site, attempt);
        if (await hasSwitchInPlace(ports.release, site, { ...key, project })) throw error;
        return { switchRuns: false };
      }
      return { switchRuns: true };
    });

function noPage(why: string): AdapterError {
  const advice = '`pawl deploy` takes its place back; then try again.';
  return new AdapterError('PreconditionFailed', `users would not get the page: ${why}`, { advice });
}
