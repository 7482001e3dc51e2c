import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { renderKept } from '../render/kept';
import { loadStack } from '../stack';
import { listKept } from '../temporal/kept-list';
import { requireWorker } from '../temporal/require-worker';
import { withSession } from '../temporal/session';

export async function run(invocation: Invocation): Promise<number> {
  const { globals, output } = invocation;
  const { name: stack } = await loadStack(globals);
  const kept = await withSession(invocation, async (session) => {
    await requireWorker(session);
    return listKept(session, stack);
  });
  output.json('pawl/kept@1', { stack, kept });
  const none = `No restore of ${stack} keeps anything.`;
  output.result(kept.length > 0 ? renderKept(kept, output.textWidth) : none);
  return EXIT_CODES.done;
}
