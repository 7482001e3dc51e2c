import type { PlannedOutcome } from '../../workflows/model/outcome';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { renderPlan } from '../render/plan';
import { restoreRequest } from '../runs/requests';
import { sender } from '../runs/sender';
import { planRun, printPlan } from '../runs/show-plan';
import { readPatience } from '../runs/patience';
import { startRun } from '../runs/start-run';
import { loadStack } from '../stack';
import { withSession } from '../temporal/session';
import { confirmByName, confirmByYes } from '../terminal/ask';
import type { Confirmation } from '../terminal/ask';

export async function run(invocation: Invocation): Promise<number> {
  const { operands, flags, globals, output } = invocation;
  const request = restoreRequest(await loadStack(globals), operands, flags, sender());
  const patience = readPatience(flags);
  const confirm = globals.dryRun ? undefined : confirmation(invocation, request.stack.name);
  return withSession(invocation, async (session) => {
    const plan = await planRun(session, output, request);
    if (!confirm) {
      printPlan(output, plan);
      return EXIT_CODES.done;
    }
    output.line(renderPlan(plan));
    await confirm();
    const options = confirmedOptions(request.options, plan, request.stack.name);
    return startRun(session, output, { ...request, options }, patience);
  });
}

/** Beside what works: a yes will do. In its place: the stack's name. */
function confirmation({ flags, globals, output }: Invocation, stack: string): Confirmation {
  return flags.into === undefined
    ? confirmByName(output, flags.confirm, stack)
    : confirmByYes(output, globals.yes, `Restore into ${flags.into}`);
}

/** What was confirmed is what is restored: a recovery point saved since the plan was shown must not slip in. */
function confirmedOptions<Options extends { readonly into?: string }>(
  options: Options,
  plan: PlannedOutcome['plan'],
  stack: string,
) {
  const pinned = plan.runbook === 'restore' ? { point: { id: plan.point.id } } : {};
  return {
    ...options,
    ...pinned,
    ...(options.into === undefined ? { confirmation: stack } : {}),
  };
}
