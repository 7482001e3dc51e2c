import type { Plan } from '../../../workflows/catalogue';
import type { RestorePlan } from '../../../workflows/model/plans';
import { needsName } from '../../../workflows/restore/plan-restore';
import type { Invocation } from '../../command';
import { EXIT_CODES } from '../../exit-codes';
import { restoreRequest } from './request';
import { sender } from '../../runs/sender';
import { planRun, printPlan, showPlan } from '../../runs/show-plan';
import { readPatience } from '../../runs/patience';
import { startRun } from '../../runs/start-run';
import { loadStack } from '../../stack';
import { withSession } from '../../temporal/session';
import { confirmByName, confirmByYes } from '../../terminal/ask';
import type { Confirmation } from '../../terminal/ask';

type RestoreRequest = ReturnType<typeof restoreRequest>;

export async function run(invocation: Invocation): Promise<number> {
  const { operands, flags, globals, output } = invocation;
  const request = restoreRequest(await loadStack(globals), operands, flags, sender());
  const patience = readPatience(flags);
  const inPlace = flags.into === undefined && !globals.dryRun;
  // To its own place: no plan changes what must be confirmed, so it need not be waited for.
  const early = inPlace ? nameOfStack(invocation, request.stack.name, IN_PLACE) : undefined;
  return withSession(invocation, async (session) => {
    const plan = restorePlan(await planRun(session, output, request));
    if (globals.dryRun) {
      printPlan(output, plan);
      return EXIT_CODES.done;
    }
    showPlan(output, plan);
    await (early ?? confirmation(invocation, request, plan))();
    return startRun(session, output, confirmedRequest(request, plan), patience);
  });
}

const IN_PLACE = 'This replaces what the stack works with now.';

function nameOfStack({ flags, output }: Invocation, name: string, what: string): Confirmation {
  return confirmByName(output, flags.confirm, { name, what });
}

/** Into a free name or folder: a yes will do. Over what is there, whoever's it is: the stack's name. */
function confirmation(
  invocation: Invocation,
  { stack, options: { into = '' } }: RestoreRequest,
  plan: RestorePlan,
): Confirmation {
  const { flags, globals, output } = invocation;
  if (needsName(stack, plan)) {
    const replaces = plan.parts.some(({ keepAs }) => keepAs !== undefined);
    return nameOfStack(
      invocation,
      stack.name,
      replaces ? `${into} exists, and this replaces it.` : IN_PLACE,
    );
  }
  // A name that is given is a yes too, and a wrong one is none.
  if (flags.confirm !== undefined) return nameOfStack(invocation, stack.name, IN_PLACE);
  return confirmByYes(output, globals.yes, `Restore into ${into}`);
}

/** What was confirmed is what is restored: a recovery point or a database made since the plan must not slip in. */
function confirmedRequest(request: RestoreRequest, plan: RestorePlan): RestoreRequest {
  const { stack, options } = request;
  const confirmed = needsName(stack, plan) ? { confirmation: stack.name } : {};
  return { ...request, options: { ...options, point: { id: plan.point.id }, ...confirmed } };
}

function restorePlan(plan: Plan): RestorePlan {
  if (plan.runbook !== 'restore') throw new Error(`a restore was planned as ${plan.runbook}`);
  return plan;
}
