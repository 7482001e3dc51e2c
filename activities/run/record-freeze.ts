import type { Freeze } from '../../workflows/model/queue';
import type { Ports } from '../ports/host-ports';
import { runBrief } from './run-brief';

/**
 * Keeps on the host that a stack is frozen, or no longer is: Temporal may lose the stack's workflow.
 * Shape:  { stack, freeze? } → whether a freeze was kept before
 * Retry:  safe; writes the same again
 * Throws: CommandFailed (disk)
 */
export const recordFreeze =
  (ports: Pick<Ports, 'freezes' | 'secrets'>) =>
  ({ stack, freeze }: { readonly stack: string; readonly freeze?: Freeze }): Promise<boolean> =>
    runBrief(ports, async () => {
      if (freeze === undefined) return ports.freezes.lift(stack);
      await ports.freezes.keep(stack, freeze);
      return true;
    });
