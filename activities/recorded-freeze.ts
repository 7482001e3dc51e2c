import { Context } from '@temporalio/activity';
import type { Freeze } from '../workflows/model/queue';
import type { Ports } from './ports';
import { toFailure } from './to-failure';

/**
 * The freeze that the host keeps of a stack, for a stack workflow that has lost its memory.
 * Shape:  { stack } → Freeze, undefined when there is none
 * Retry:  safe; reads only
 * Throws: InternalError (what is kept cannot be read) · CommandFailed (disk)
 */
export const recordedFreeze =
  (ports: Pick<Ports, 'freezes' | 'secrets'>) =>
  async (input: { readonly stack: string }): Promise<Freeze | undefined> => {
    try {
      return await ports.freezes.of(input.stack);
    } catch (error) {
      const { attempt } = Context.current().info;
      throw toFailure(error, attempt, (text) => ports.secrets.redact(text));
    }
  };
