import { slotService, type Slot, type SwitchDeployment } from '../../workflows/model/deployment';
import type { SwitchCounters } from '../../workflows/model/traffic';
import { AdapterError } from '../ports/adapter-error';
import { keyOf, requireSwitch } from './live-counters';
import type { Attempt } from '../ports/attempt';
import type { HostPorts, ReleasePorts } from '../ports/host-ports';
import type { ServiceContainer } from '../ports/service-containers';
import type { Site } from '../ports/site';
import { runStep, type StepInput } from '../frame/run-step';
import { retireAll } from '../containers/retire-all';
import { isRunning } from '../containers/service-container';
import { isServed, turnOff } from './slot-servers';
import { untilDrained, type Drained } from './until-drained';

export interface RetireServersInput extends StepInput {
  readonly project: string;
  readonly deployment: SwitchDeployment;
  readonly slot: Slot;
  /** Containers that stay; with none, the slot is off afterwards. */
  readonly keep: number;
}

/**
 * Stops and removes those containers of a slot that get no requests any more, once nothing is in flight in them, with
 * their own grace.
 * Shape:  { stack, project, deployment, slot, keep } → { left, seconds }
 * Retry:  safe; what is gone is gone, and the time for the rest begins again
 * Throws: VerificationFailed (requests go to more than `keep`, or the switch has ended for good) · ServiceUnavailable
 */
export const retireServers =
  (ports: HostPorts) =>
  (input: RetireServersInput): Promise<Drained> => {
    const { slot, keep } = input;
    const service = slotService(input.deployment.service, slot);
    return runStep(ports, input, { phase: `retire ${service}` }, async (attempt, site) => {
      const surplus = await surplusOf(ports.release, site, input);
      const drained = await drain(ports.release, site, input, surplus, attempt);
      if (keep === 0) {
        await turnOff(
          ports.release,
          site,
          { ...keyOf(input), project: input.project, slot },
          attempt,
        );
      }
      await retireAll(ports, site, service, surplus, attempt);
      return drained;
    });
  };

/** Beyond `keep`: those that get requests stay first, then those that run. Throws: VerificationFailed (more than `keep` get some) */
async function surplusOf(
  { services, switches }: ReleasePorts,
  site: Site,
  { stack, project, deployment, slot, keep }: RetireServersInput,
): Promise<readonly ServiceContainer[]> {
  const service = slotService(deployment.service, slot);
  const found = await services.containers(site, project, service);
  const now = await switches.desired({ stack: stack.name, service: deployment.service });
  const traffic = now?.traffic[slot] ?? 'off';
  const served = found.filter((container) => isServed(traffic, container));
  if (served.length > keep) {
    throw new AdapterError(
      'VerificationFailed',
      `${served.length} containers of ${service} get the requests of ${deployment.service}, not ${keep}: they are left alone`,
    );
  }
  const others = found.filter((container) => !served.includes(container));
  const byUse = [...others.filter(isRunning), ...others.filter((one) => !isRunning(one))];
  return byUse.slice(keep - served.length);
}

async function drain(
  ports: ReleasePorts,
  site: Site,
  input: RetireServersInput,
  surplus: readonly ServiceContainer[],
  attempt: Attempt,
): Promise<Drained> {
  if (surplus.length === 0) return { left: 0, seconds: 0 };
  await requireSwitch(ports, site, input, attempt);
  // One that was started anew meanwhile sends requests to all of the slot.
  await ports.switches.apply(keyOf(input), attempt);
  const addresses = surplus.flatMap((container) => container.addresses);
  const inFlight = (counters: SwitchCounters): number => {
    const slot = counters[input.slot];
    if (input.keep === 0) return slot.inFlight;
    const its = slot.servers.filter(({ address }) => addresses.includes(address));
    return its.reduce((sum, server) => sum + server.inFlight, 0);
  };
  return untilDrained(ports, site, input, inFlight, attempt);
}
