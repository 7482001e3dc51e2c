import type { Invocation } from '../../command';
import { EXIT_CODES } from '../../exit-codes';
import { loadStack } from '../../stack';
import { withSession } from '../../temporal/session';
import { readPatience } from '../../runs/patience';
import { maintenanceRequest } from './request';
import { sender } from '../../runs/sender';
import { planRun, printPlan } from '../../runs/show-plan';
import { startRun } from '../../runs/start-run';

/** Asks nothing: what it does is said in the command, and undone by its other half. */
export async function turnMaintenance(invocation: Invocation, turn: 'on' | 'off'): Promise<number> {
  const { operands, flags, globals, output } = invocation;
  const request = maintenanceRequest(await loadStack(globals), turn, operands, flags, sender());
  const patience = readPatience(flags);
  return withSession(invocation, async (session) => {
    if (!globals.dryRun) return startRun(session, output, request, patience);
    printPlan(output, await planRun(session, output, request));
    return EXIT_CODES.done;
  });
}
