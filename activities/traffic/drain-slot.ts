import type { Slot, SwitchDeployment } from '../../workflows/model/deployment';
import type { HostPorts } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';
import { untilDrained, type Drained } from './until-drained';

export interface DrainSlotInput extends StepInput {
  readonly project: string;
  readonly deployment: SwitchDeployment;
  readonly slot: Slot;
}

/**
 * Waits until nothing is in flight in a slot that gets nothing new any more.
 * Shape:  { stack, deployment, slot } → { left, seconds }
 * Retry:  safe; the time begins again
 * Throws: ServiceUnavailable (the switch does not answer) · VerificationFailed (it has ended for good)
 */
export const drainSlot =
  (ports: HostPorts) =>
  (input: DrainSlotInput): Promise<Drained> => {
    const phase = `drain ${input.deployment.service}-${input.slot}`;
    return runStep(ports, input, { phase }, (attempt, site) =>
      untilDrained(
        ports.release,
        site,
        input,
        (counters) => counters[input.slot].inFlight,
        attempt,
      ),
    );
  };
