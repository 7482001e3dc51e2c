import type { ScratchKind } from '../../workflows/model/scratch';
import type { Ports } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';

export interface SweepScratchInput extends StepInput {
  /** The run whose scratch places go. */
  readonly runKey: string;
  readonly kinds: readonly ScratchKind[];
}

/**
 * Removes every scratch place of a run.
 * Retry:  safe; does nothing when they are gone
 * Throws: ServiceUnavailable · CommandFailed
 */
export const sweepScratch =
  (ports: Ports) =>
  (input: SweepScratchInput): Promise<void> =>
    runStep(ports, input, { phase: 'sweep scratch' }, async (attempt) => {
      for (const kind of input.kinds) await ports.scratch[kind].sweep(input.runKey, attempt);
    });
