import type { Invocation } from '../../command';
import { EXIT_CODES } from '../../exit-codes';
import { retainRequest } from './request';
import { sender } from '../../runs/sender';
import { planRun, printPlan } from '../../runs/show-plan';
import { readPatience } from '../../runs/patience';
import { startRun } from '../../runs/start-run';
import { loadStack } from '../../stack';
import { withSession } from '../../temporal/session';

export async function run(invocation: Invocation): Promise<number> {
  const { flags, globals, output } = invocation;
  const request = retainRequest(await loadStack(globals), flags, sender());
  const patience = readPatience(flags);
  return withSession(invocation, async (session) => {
    if (!globals.dryRun) return startRun(session, output, request, patience);
    printPlan(output, await planRun(session, output, request));
    return EXIT_CODES.done;
  });
}
