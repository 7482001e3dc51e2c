import { Context } from '@temporalio/activity';
import { beating } from '../frame/beating';
import type { Ports } from '../ports/host-ports';

/**
 * Waits for the end of a run that this stack workflow did not start itself.
 * Shape:  { run } → { outcome }
 * Retry:  safe; only waits. Heartbeats every 2 s
 */
export const awaitRun =
  (ports: Pick<Ports, 'runs'>) =>
  (input: { readonly run: string }): Promise<{ readonly outcome: string }> =>
    beating(() => ports.runs.awaitEnd(input.run, Context.current().cancellationSignal));
