import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { formatTime } from '../render/format';
import { requireReason } from '../runs/usage-error';
import { loadStack } from '../stack';
import { requireWorker } from '../temporal/require-worker';
import { withSession } from '../temporal/session';
import { freezeStack } from '../temporal/stack-updates';

export async function run(invocation: Invocation): Promise<number> {
  const { flags, globals, output } = invocation;
  const message = requireReason(flags, 'freeze');
  const stack = await loadStack(globals);
  const freeze = await withSession(invocation, async (session) => {
    await requireWorker(session);
    return freezeStack(session, output, stack, message);
  });
  output.json('pawl/freeze@1', { stack: stack.name, freeze });
  output.result(`${stack.name} is frozen since ${formatTime(freeze.since)}: ${freeze.message}`);
  output.line('What runs goes on, what waits keeps waiting. `pawl unfreeze` ends it.');
  return EXIT_CODES.done;
}
