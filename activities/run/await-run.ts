import { Context, heartbeat } from '@temporalio/activity';
import type { Ports } from '../ports/host-ports';

/**
 * Waits for the end of a run that this stack workflow did not start itself.
 * Shape:  { run } → { outcome }
 * Retry:  safe; only waits. Heartbeats every 2 s
 */
export const awaitRun =
  (ports: Pick<Ports, 'runs'>) =>
  async (input: { readonly run: string }): Promise<{ readonly outcome: string }> => {
    const beat = setInterval(() => {
      heartbeat();
    }, 2000);
    try {
      return await ports.runs.awaitEnd(input.run, Context.current().cancellationSignal);
    } finally {
      clearInterval(beat);
    }
  };
