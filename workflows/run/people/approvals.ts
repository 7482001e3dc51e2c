import { type Plan, governorOf } from '../../catalogue';
import type { ApprovalState } from '../../model/approval';
import { judgePolicy } from './judge-approval';
import { preconditionFailed } from '../failures';
import { requireNotFrozen } from './freeze';
import type { Run } from '../runbook';

/**
 * Waits until enough people have approved the plan, where the stack file wants that of this runbook. To be called after
 * the plan is known and before anything is touched: a rejection, nobody in time, or a freeze of the calendar, ends the run
 * with nothing changed.
 * False when nobody had to be asked.
 */
export async function requireApproval(run: Run, plan: Plan): Promise<boolean> {
  requireNotFrozen(run, plan.runbook);
  const policy = run.stack.approvals?.[governorOf(plan.runbook)];
  if (policy === undefined) return false;
  const unsatisfiable = judgePolicy(policy, run.requestedBy);
  if (unsatisfiable !== undefined) throw preconditionFailed(unsatisfiable);
  run.page.enter('approve');
  requireEnough(plan, await run.desk.wait(policy, plan, run.requestedBy));
  requireNotFrozen(run, plan.runbook);
  return true;
}

/**
 * As `requireApproval`, for what does not keep: a warm slot is stopped and a tag moves while people think. Looks again
 * after the wait, and asks again when the plan has become another.
 */
export async function approvedAsItIs<Looked extends { readonly plan: Plan }>(
  run: Run,
  first: Looked,
  look: () => Promise<Looked>,
): Promise<Looked> {
  for (let asked = first; ;) {
    if (!(await requireApproval(run, asked.plan))) return asked;
    const now = await look();
    if (now.plan.hash === asked.plan.hash) return now;
    asked = now;
  }
}

function requireEnough({ runbook }: Plan, state: ApprovalState): void {
  const { rejectedBy, given, required, since, expiresAt } = state;
  if (rejectedBy !== undefined) {
    throw preconditionFailed({
      obstacle: `rejected by ${rejectedBy.by}: ${rejectedBy.message ?? ''}`,
      advice: `Talk to ${rejectedBy.by}; \`pawl ${runbook}\` asks again with a fresh plan.`,
    });
  }
  if (given.length >= required) return;
  const waited = (Date.parse(expiresAt) - Date.parse(since)) / 1000;
  throw preconditionFailed({
    obstacle: `not approved within ${inWords(waited)}: ${given.length} of ${required} approvals came`,
    advice: `\`pawl ${runbook}\` asks again; \`expires\` in \`approvals\` of the stack file sets how long it waits.`,
  });
}

/** As the stack file has it: `4h`, `90s`. */
function inWords(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const;
  const unit = units.find(([, length]) => seconds % length === 0);
  return unit === undefined ? `${seconds}s` : `${seconds / unit[1]}${unit[0]}`;
}
