import type { Ports } from '../ports/host-ports';
import { runBrief } from './run-brief';

/**
 * The highest run number in the host's audit record: Temporal forgets old runs, the record does not.
 * Shape:  { stack } → number, 0 when there is none
 * Retry:  safe; reads only
 * Throws: InternalError (the record's hash chain is broken) · CommandFailed (disk)
 */
export const highestRecordedRun =
  (ports: Pick<Ports, 'audit' | 'secrets'>) =>
  (input: { readonly stack: string }): Promise<number> =>
    runBrief(ports, () => ports.audit.highestRunNumber(input.stack));
