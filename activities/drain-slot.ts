import { setTimeout as sleep } from 'node:timers/promises';
import type { Slot, SwitchDeployment } from '../workflows/model/deployment';
import { liveCounters, requireSwitch } from './live-counters';
import type { HostPorts } from './release-ports';
import { runStep, type StepInput } from './run-step';

export interface DrainSlotInput extends StepInput {
  readonly project: string;
  readonly deployment: SwitchDeployment;
  readonly slot: Slot;
}

export interface Drained {
  /** Requests and open connections of the slot that did not end in time; 0 when it is empty. */
  readonly left: number;
  readonly seconds: number;
}

const LOOK_MILLISECONDS = 250;

/**
 * Waits until nothing is in flight in a slot that gets nothing new any more.
 * Shape:  { stack, deployment, slot } → { left, seconds }
 * Retry:  safe; the time begins again
 * Throws: ServiceUnavailable (the switch does not answer) · VerificationFailed (it has ended for good)
 */
export const drainSlot =
  (ports: HostPorts) =>
  (input: DrainSlotInput): Promise<Drained> => {
    const { service, drainSeconds } = input.deployment;
    return runStep(
      ports,
      input,
      { phase: `drain ${service}-${input.slot}` },
      async (attempt, site) => {
        const begin = performance.now();
        for (;;) {
          const counters = await liveCounters(ports.release, site, input, attempt);
          const left = counters[input.slot].inFlight;
          const seconds = (performance.now() - begin) / 1000;
          if (left === 0 || seconds >= drainSeconds) {
            await requireSwitch(ports.release, site, input, attempt);
            return { left, seconds };
          }
          await sleep(LOOK_MILLISECONDS, undefined, { signal: attempt.signal });
        }
      },
    );
  };
