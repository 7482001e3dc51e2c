import { runStep, type StepInput } from '../frame/run-step';
import type { Ports } from '../ports/host-ports';
import type { Pruned } from '../ports/retention';

/**
 * Frees what no snapshot needs, as much as a night has time for.
 * Shape:  { stack } → { removed, diskWasFull }
 * Retry:  safe; the next one goes on where a killed one was
 * Throws: ResourceBusy (a backup runs) · PreconditionFailed (append-only) · CommandFailed · ServiceUnavailable
 */
export const pruneRepository =
  (ports: Ports) =>
  (input: StepInput): Promise<Pruned> =>
    runStep(ports, input, { phase: 'prune' }, (attempt, site) =>
      ports.openUpkeep(site, input.stack.repository).prune(attempt),
    );
