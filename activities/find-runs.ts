import type { OpenRun, Ports } from './ports';

/**
 * Finds what a stack workflow that lost its memory must know: the runs that are open, and the highest number.
 * Shape:  { stack } → { open, highest }
 * Retry:  safe; reads only
 */
export const findRuns =
  (ports: Pick<Ports, 'runs'>) =>
  (input: {
    readonly stack: string;
  }): Promise<{ readonly open: readonly OpenRun[]; readonly highest: number }> =>
    ports.runs.find(input.stack);
