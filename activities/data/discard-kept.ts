import { engineFor, entryOf } from '../frame/engine-for';
import type { TargetInput } from './observe-restore-target';
import type { Ports } from '../ports/host-ports';
import { runStep } from '../frame/run-step';

/**
 * Drops what a swap kept.
 * Retry:  safe; does nothing when it is gone
 * Throws: ServiceUnavailable · CommandFailed
 */
export const discardKept =
  (ports: Ports) =>
  (input: TargetInput): Promise<void> =>
    runStep(ports, input, { phase: `discard kept ${input.part.name}` }, (attempt, site) => {
      const entry = entryOf(input.stack, input.part);
      return engineFor(ports, entry).discardKept({
        site,
        entry,
        part: input.part,
        target: input.target,
        attempt,
      });
    });
