import { Context } from '@temporalio/activity';
import type { Freeze } from '../workflows/model/queue';
import type { Ports } from './ports';
import { toFailure } from './to-failure';

/**
 * Keeps on the host that a stack is frozen, or no longer is: Temporal may lose the stack's workflow.
 * Shape:  { stack, freeze? } → whether a freeze was kept before
 * Retry:  safe; writes the same again
 * Throws: CommandFailed (disk)
 */
export const recordFreeze =
  (ports: Pick<Ports, 'freezes' | 'secrets'>) =>
  async ({ stack, freeze }: { readonly stack: string; readonly freeze?: Freeze }) => {
    try {
      if (freeze === undefined) return await ports.freezes.lift(stack);
      await ports.freezes.keep(stack, freeze);
      return true;
    } catch (error) {
      const { attempt } = Context.current().info;
      throw toFailure(error, attempt, (text) => ports.secrets.redact(text));
    }
  };
