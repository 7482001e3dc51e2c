import { engineFor, entryOf } from '../frame/engine-for';
import type { TargetInput } from './observe-restore-target';
import type { Ports } from '../ports/host-ports';
import { runStep } from '../frame/run-step';

/**
 * Undoes a swap, also a half-done one: what was there before the run is there again.
 * Retry:  safe; does nothing when nothing was swapped
 * Throws: ServiceUnavailable · CommandFailed
 */
export const swapBackPart =
  (ports: Ports) =>
  (input: TargetInput): Promise<void> =>
    runStep(ports, input, { phase: `swap back ${input.part.name}` }, (attempt, site) => {
      const entry = entryOf(input.stack, input.part);
      return engineFor(ports, entry).swapBack({
        site,
        entry,
        part: input.part,
        target: input.target,
        attempt,
      });
    });
