import { engineFor, entryOf } from '../frame/engine-for';
import type { TargetInput } from './observe-restore-target';
import type { Ports } from '../ports/host-ports';
import { runStep } from '../frame/run-step';

/**
 * Drops the place a part was restored into before its swap.
 * Retry:  safe; does nothing when it is gone
 * Throws: ServiceUnavailable · CommandFailed
 */
export const discardBeside =
  (ports: Ports) =>
  (input: TargetInput): Promise<void> =>
    runStep(ports, input, { phase: `discard beside ${input.part.name}` }, (attempt, site) => {
      const entry = entryOf(input.stack, input.part);
      return engineFor(ports, entry).discardBeside({
        site,
        entry,
        part: input.part,
        target: input.target,
        attempt,
      });
    });
