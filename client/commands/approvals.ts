import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { renderWaitingRuns } from '../render/approval';
import { loadStack } from '../stack';
import { listWaitingRuns } from '../temporal/approvals';
import { requireWorker } from '../temporal/require-worker';
import { withSession } from '../temporal/session';

export async function run(invocation: Invocation): Promise<number> {
  const { globals, output } = invocation;
  const { name: stack } = await loadStack(globals);
  const waiting = await withSession(invocation, async (session) => {
    await requireWorker(session);
    return listWaitingRuns(session, stack);
  });
  output.json('pawl/approvals@1', {
    stack,
    approvals: waiting.map(({ run: name, runbook, approval }) => ({
      ...{ run: name, runbook },
      ...approval,
    })),
  });
  const none = `No run of ${stack} waits for approval.`;
  output.result(waiting.length > 0 ? renderWaitingRuns(waiting, output.textWidth) : none);
  return EXIT_CODES.done;
}
