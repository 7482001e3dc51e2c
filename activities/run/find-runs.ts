import type { Ports } from '../ports/host-ports';
import type { OpenRun } from '../ports/run-directory';

/**
 * Finds what a stack workflow that lost its memory must know: the runs that are open, and the highest number.
 * Shape:  { stack, recorded: the highest number in the audit record } → { open, highest }
 * Retry:  safe; reads only
 */
export const findRuns =
  (ports: Pick<Ports, 'runs'>) =>
  (input: {
    readonly stack: string;
    readonly recorded: number;
  }): Promise<{ readonly open: readonly OpenRun[]; readonly highest: number }> =>
    ports.runs.find(input.stack, input.recorded);
