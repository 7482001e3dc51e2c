import type { Plan, RunInput, RunRequest } from '../../workflows/catalogue';
import type { PlannedOutcome } from '../../workflows/model/outcome';
import { renderPlan } from '../render/plan';
import { askWorker } from '../temporal/ask-worker';
import type { ExpectedDuration } from '../temporal/expected-duration';
import type { Session } from '../temporal/session';
import type { Output } from '../terminal/output';

/** Has the runbook's own code plan on the host, and stop there. Touches nothing, needs no admission. */
export async function planRun(
  session: Session,
  output: Output,
  request: RunRequest,
): Promise<Plan> {
  const input: RunInput = { request, mode: 'plan', number: 0 };
  const { stack, runbook } = request;
  const outcome = await askWorker<PlannedOutcome<Plan>>(session, output, {
    ...{ stack, input, type: runbook, prefix: 'plan' },
  });
  return outcome.plan;
}

/** Lines below a plan: the question, and where its answer is typed. */
const ROOM_FOR_QUESTION = 2;

/** Above the question: what matters is in sight when that comes. */
export function showPlan(output: Output, plan: Plan, expected?: ExpectedDuration): void {
  const height = output.stdout.isTTY === true ? output.height - ROOM_FOR_QUESTION : Infinity;
  const view = { width: output.textWidth, height, ...(expected && { expected }) };
  output.line(renderPlan(plan, view));
}

/** The answer to a question. */
export function printPlan(output: Output, plan: Plan, expected?: ExpectedDuration): void {
  output.json('pawl/plan@1', expected === undefined ? plan : { ...plan, expected });
  const view = { ...(expected && { expected }), width: output.textWidth };
  output.result(renderPlan(plan, view));
}
