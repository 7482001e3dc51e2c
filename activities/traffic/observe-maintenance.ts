import type { MaintainedService } from '../../workflows/model/maintenance';
import type { Attempt } from '../ports/attempt';
import type { HostPorts, ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { runStep, type StepInput } from '../frame/run-step';
import { answersInstead } from '../containers/see-service';

export interface ObserveMaintenanceInput extends StepInput {
  readonly services: readonly string[];
}

/**
 * Which switched services have a switch, which are in maintenance by the switches' own files, and what else answers in a
 * switch's place.
 * Shape:  { stack, services } → one for each, in their order
 * Retry:  safe; reads only
 * Throws: PreconditionFailed (a switch's file is not pawl's)
 */
export const observeMaintenance =
  (ports: HostPorts) =>
  (input: ObserveMaintenanceInput): Promise<readonly MaintainedService[]> =>
    runStep(ports, input, { phase: 'observe maintenance' }, (attempt, site) =>
      Promise.all(input.services.map((service) => look(ports.release, site, service, attempt))),
    );

async function look(
  ports: ReleasePorts,
  site: Site,
  service: string,
  attempt: Attempt,
): Promise<MaintainedService> {
  const { stack } = site;
  const now = await ports.switches.desired({ stack, service });
  if (now === undefined) return { service, switched: false };
  const inTheWay = await answersInstead(ports, site, service, attempt);
  const { maintenance } = now;
  return {
    ...{ service, switched: true },
    ...(maintenance === undefined ? {} : { maintenance }),
    ...(inTheWay === undefined ? {} : { inTheWay }),
  };
}
