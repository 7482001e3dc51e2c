import { slotService, type Slot } from '../../workflows/model/deployment';
import { weightOf } from '../../workflows/model/traffic';
import { retireAll } from '../containers/retire-all';
import { isOfRelease } from '../containers/service-container';
import { turnOff } from './slot-servers';
import type { HostPorts } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';

export interface CoolSlotInput extends StepInput {
  readonly project: string;
  readonly service: string;
  readonly slot: Slot;
  /** The release whose containers were kept warm. */
  readonly release: number;
}

/**
 * Stops what an earlier release kept warm, unless it serves again or is another release's now.
 * Shape:  { project, service, slot, release } → whether it was stopped
 * Retry:  safe
 */
export const coolSlot =
  (ports: HostPorts) =>
  (input: CoolSlotInput): Promise<boolean> =>
    runStep(
      ports,
      input,
      { phase: `cool ${input.service}-${input.slot}` },
      async (attempt, site) => {
        const { switches, services } = ports.release;
        const key = { stack: input.stack.name, service: input.service };
        const name = slotService(input.service, input.slot);
        const now = await switches.desired(key);
        if (now !== undefined && weightOf(now.traffic[input.slot]) > 0) return false;
        const containers = await services.containers(site, input.project, name);
        const its = containers.filter((container) => isOfRelease(container, input.release));
        if (its.length === 0 || its.length < containers.length) return false;
        await turnOff(ports.release, site, { ...input, stack: input.stack.name }, attempt);
        await retireAll(ports, site, name, its, attempt);
        return true;
      },
    );
