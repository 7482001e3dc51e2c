import { Context } from '@temporalio/activity';
import type { Ports } from './ports';
import { toFailure } from './to-failure';

/**
 * The highest run number in the host's audit record: Temporal forgets old runs, the record does not.
 * Shape:  { stack } → number, 0 when there is none
 * Retry:  safe; reads only
 * Throws: InternalError (the record's hash chain is broken) · CommandFailed (disk)
 */
export const highestRecordedRun =
  (ports: Pick<Ports, 'audit' | 'secrets'>) =>
  async (input: { readonly stack: string }): Promise<number> => {
    try {
      return await ports.audit.highestRunNumber(input.stack);
    } catch (error) {
      const { attempt } = Context.current().info;
      throw toFailure(error, attempt, (text) => ports.secrets.redact(text));
    }
  };
