import type { Invocation } from '../../command';
import { EXIT_CODES } from '../../exit-codes';
import { readPatience } from '../../runs/patience';
import { sender } from '../../runs/sender';
import { planRun, printPlan } from '../../runs/show-plan';
import { startRun } from '../../runs/start-run';
import { loadStack } from '../../stack';
import { withSession } from '../../temporal/session';
import { drillRequest } from './request';

export async function run(invocation: Invocation): Promise<number> {
  const { flags, globals, output } = invocation;
  const request = drillRequest(await loadStack(globals), flags, sender());
  const patience = readPatience(flags);
  return withSession(invocation, async (session) => {
    if (!globals.dryRun) return startRun(session, output, request, patience);
    printPlan(output, await planRun(session, output, request));
    return EXIT_CODES.done;
  });
}
