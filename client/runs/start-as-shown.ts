import type { RunRequest } from '../../workflows/catalogue';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { renderForgotten } from '../runbooks/forget/render';
import { renderUnchanged } from '../render/release-plan';
import { expectedDuration, waitingSeconds } from '../temporal/expected-duration';
import type { ExpectedDuration } from '../temporal/expected-duration';
import { withSession } from '../temporal/session';
import type { Confirmation } from '../terminal/ask';
import { readPatience } from './patience';
import { planRun, printPlan, showPlan } from './show-plan';
import { startRun } from './start-run';

type ReleaseRequest = Extract<RunRequest, { runbook: 'deploy' | 'rollback' | 'forget' }>;

/**
 * Shows the plan of a release, asks, and starts the run that was shown: one whose plan has become another (a tag that has
 * moved, a release by someone else) is refused by the run itself. `confirm` makes the question.
 */
export async function startAsShown(
  invocation: Invocation,
  request: ReleaseRequest,
  confirm: () => Confirmation,
): Promise<number> {
  const { flags, globals, output } = invocation;
  const patience = readPatience(flags);
  // Before anything is looked at: where nobody can be asked, a missing -y is told at once.
  const confirmed = globals.dryRun ? undefined : confirm();
  return withSession(invocation, async (session) => {
    const [plan, before] = await Promise.all([
      planRun(session, output, request),
      expectedDuration(session, request),
    ]);
    const expected = before && withWaits(before, waitingSeconds(request.stack, plan));
    if (!confirmed) {
      printPlan(output, plan, expected);
      return EXIT_CODES.done;
    }
    if ('changesNothing' in plan && flags.force !== true) {
      output.json('pawl/plan@1', plan);
      output.result(plan.runbook === 'forget' ? renderForgotten(plan) : renderUnchanged(plan));
      return EXIT_CODES.done;
    }
    showPlan(output, plan, expected);
    await confirmed();
    return startRun(session, output, bound(request, plan.hash), patience);
  });
}

function withWaits(expected: ExpectedDuration, leastSeconds: number): ExpectedDuration {
  return leastSeconds === 0 ? expected : { ...expected, leastSeconds };
}

function bound(request: ReleaseRequest, planHash: string): ReleaseRequest {
  if (request.runbook === 'deploy') {
    return { ...request, options: { ...request.options, planHash } };
  }
  if (request.runbook === 'forget') return { ...request, options: { planHash } };
  return { ...request, options: { ...request.options, planHash } };
}
