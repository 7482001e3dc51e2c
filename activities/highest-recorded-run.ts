import type { Ports } from './ports';

/**
 * The highest run number in the host's audit record: Temporal forgets old runs, the record does not.
 * Shape:  { stack } → number, 0 when there is none
 * Retry:  safe; reads only
 */
export const highestRecordedRun =
  (ports: Pick<Ports, 'audit'>) =>
  (input: { readonly stack: string }): Promise<number> =>
    ports.audit.highestRunNumber(input.stack);
