import { SLOTS, slotService } from '../../workflows/model/deployment';
import { AdapterError } from '../ports/adapter-error';
import type { HostPorts } from '../ports/host-ports';
import { retireAll } from '../containers/retire-all';
import { isPlain, isSwitch } from '../containers/service-container';
import { runStep, type StepInput } from '../frame/run-step';

export interface DropSwitchInput extends StepInput {
  readonly project: string;
  readonly service: string;
}

/**
 * Stops and removes the containers in a service's slots, with their own grace, and the folder of its switch, whose place
 * another container has by now. Volumes stay.
 * Retry:  safe; does nothing when they are gone
 * Throws: VerificationFailed (the switch is still there: users are served by the slots)
 */
export const dropSwitch =
  (ports: HostPorts) =>
  (input: DropSwitchInput): Promise<void> =>
    runStep(
      ports,
      input,
      { phase: `remove the slots of ${input.service}` },
      async (attempt, site) => {
        const { services, switches } = ports.release;
        const { stack, project, service } = input;
        const inFront = await services.containers(site, project, service);
        if (inFront.some(isSwitch)) {
          const text = `the switch of ${service} has its place again: its slots are left alone`;
          throw new AdapterError('VerificationFailed', text);
        }
        for (const slot of SLOTS) {
          const name = slotService(service, slot);
          const found = await services.containers(site, project, name);
          const its = found.filter((container) => !isPlain(container));
          if (its.length > 0) await retireAll(ports, site, name, its, attempt);
        }
        await switches.remove({ stack: stack.name, service });
      },
    );
