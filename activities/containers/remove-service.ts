import { LABELS } from '../../workflows/model/labels';
import { SLOTS } from '../../workflows/model/deployment';
import { weightOf } from '../../workflows/model/traffic';
import { AdapterError } from '../ports/adapter-error';
import { retireAll } from './retire-all';
import { isOfRelease, isPlain, isSwitch } from './service-container';
import type { HostPorts } from '../ports/host-ports';
import type { ServiceContainer } from '../ports/service-containers';
import type { Site } from '../ports/site';
import { runStep, type StepInput } from '../frame/run-step';

export interface RemoveServiceInput extends StepInput {
  readonly release: number;
  readonly project: string;
  /** As the file names it: `worker`, or `api-green`. */
  readonly service: string;
  /** Also containers that bear no release's number, or another's: a switch, or what was kept warm. */
  readonly whosever?: boolean;
}

/**
 * Stops and removes the containers of a service that are of this release, with their own grace; volumes stay.
 * Retry:  safe; does nothing when they are gone, are another release's, or plain Compose's own
 * Throws: VerificationFailed (requests are sent there: an undo that comes to this has failed before)
 */
export const removeService =
  (ports: HostPorts) =>
  (input: RemoveServiceInput): Promise<void> =>
    runStep(ports, input, { phase: `remove ${input.service}` }, async (attempt, site) => {
      const { services } = ports.release;
      const found = await services.containers(site, input.project, input.service);
      const others = found.filter((container) => !isOfRelease(container, input.release));
      if (found.length === 0 || (others.length > 0 && input.whosever !== true)) return;
      // Somebody has made it by hand meanwhile, and it may be all that serves.
      if (found.some(isPlain)) return;
      await refuseServing(ports, site, input, found);
      await retireAll(ports, site, input.service, found, attempt);
    });

/** Neither release would serve. */
async function refuseServing(
  { release: ports }: HostPorts,
  site: Site,
  { stack, project, service: name }: RemoveServiceInput,
  containers: readonly ServiceContainer[],
): Promise<void> {
  const { [LABELS.service]: service, [LABELS.slot]: label } = containers[0]?.labels ?? {};
  const slot = SLOTS.find((candidate) => candidate === label);
  if (service === undefined || slot === undefined) return;
  const now = await ports.switches.desired({ stack: stack.name, service });
  if (now === undefined || weightOf(now.traffic[slot]) === 0) return;
  const inFront = await ports.services.containers(site, project, service);
  // Given back to plain Compose, there is no switch any more.
  if (!inFront.some(isSwitch)) return;
  throw new AdapterError(
    'VerificationFailed',
    `${name} gets the requests of ${service}: it is left alone`,
  );
}
