import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { loadStack } from '../stack';
import { requireWorker } from '../temporal/require-worker';
import { withSession } from '../temporal/session';
import { unfreezeStack } from '../temporal/stack-updates';

export async function run(invocation: Invocation): Promise<number> {
  const { globals, output } = invocation;
  const stack = await loadStack(globals);
  const wasFrozen = await withSession(invocation, async (session) => {
    await requireWorker(session);
    return unfreezeStack(session, output, stack);
  });
  output.json('pawl/freeze@1', { stack: stack.name, wasFrozen });
  output.result(`${stack.name} ${wasFrozen ? 'admits runs again' : 'was not frozen'}.`);
  return EXIT_CODES.done;
}
