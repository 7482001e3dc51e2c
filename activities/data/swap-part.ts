import { engineFor, entryOf } from '../frame/engine-for';
import type { TargetInput } from './observe-restore-target';
import type { Swapped } from '../ports/engine';
import type { Ports } from '../ports/host-ports';
import { runStep } from '../frame/run-step';

/**
 * Puts the restored part in the place of what was there, which is kept under another name.
 * Shape:  { stack, run, part, target } → { kept, notes? }
 * Retry:  safe; goes on where an earlier attempt stopped, also between two renames
 * Throws: ServiceUnavailable · PreconditionFailed · CommandFailed
 */
export const swapPart =
  (ports: Ports) =>
  (input: TargetInput): Promise<Swapped> =>
    runStep(ports, input, { phase: `swap ${input.part.name}` }, (attempt, site) => {
      const entry = entryOf(input.stack, input.part);
      return engineFor(ports, entry).swap({
        site,
        entry,
        part: input.part,
        target: input.target,
        attempt,
      });
    });
