import { SLOTS, slotService } from '../../workflows/model/deployment';
import type { Whereabouts } from '../../workflows/model/kept-log';
import { weightOf } from '../../workflows/model/traffic';
import { AdapterError } from '../ports/adapter-error';
import type { Attempt } from '../ports/attempt';
import type { HostPorts, ReleasePorts } from '../ports/host-ports';
import type { ServiceContainer } from '../ports/service-containers';
import type { Site } from '../ports/site';
import { isSwitch } from './service-container';
import { runStep, type StepInput } from '../frame/run-step';

export interface FindServiceInput extends StepInput {
  readonly service: string;
}

/**
 * Finds the containers that a service's name means: of a switched one, those of the slots that get requests.
 * Retry:  safe; reads only
 * Throws: PreconditionFailed (no such service, or no container of it)
 */
export const findService =
  (ports: HostPorts) =>
  (input: FindServiceInput): Promise<Whereabouts> =>
    runStep(ports, input, { phase: `find ${input.service}` }, async (attempt, site) => {
      const found = await serving(ports.release, site, input.service, attempt);
      if (found.length === 0) throw nothing(input.service, site);
      return { host: ports.host, containers: found.map(({ id, name }) => ({ id, name })) };
    });

async function serving(
  { compose, services, switches }: ReleasePorts,
  site: Site,
  service: string,
  attempt: Attempt,
): Promise<readonly ServiceContainer[]> {
  const { project } = await compose.facts(site, attempt);
  const own = await services.containers(site, project, service);
  if (!own.some(isSwitch)) return own;
  const now = await switches.desired({ stack: site.stack, service });
  const slots = SLOTS.filter((slot) => now !== undefined && weightOf(now.traffic[slot]) > 0);
  const found = await Promise.all(
    slots.map((slot) => services.containers(site, project, slotService(service, slot))),
  );
  return found.flat();
}

function nothing(service: string, { stack }: Site): AdapterError {
  const text = `there is no container of service ${service} of ${stack} that serves`;
  return new AdapterError('PreconditionFailed', text, {
    advice: '`docker compose ps --all` lists what there is.',
  });
}
