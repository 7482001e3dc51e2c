import type { Verdict } from '../../workflows/run/people/judge-approval';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { renderQuestion, renderTaken } from '../render/approval';
import { resolveRun } from '../stack';
import { answerRun, readWaitingRun } from '../temporal/approvals';
import { requester } from '../temporal/requester';
import { requireWorker } from '../temporal/require-worker';
import { withSession } from '../temporal/session';
import { confirmByYes } from '../terminal/ask';

const QUESTIONS: Readonly<Record<Verdict, string>> = { approve: 'Approve', reject: 'Reject' };

/**
 * Shows what a run that waits would do, asks, and answers for the plan that was shown. Whether the answer may be taken,
 * the run alone decides.
 */
export async function answer(invocation: Invocation, verdict: Verdict): Promise<number> {
  const { operands, flags, globals, output } = invocation;
  const { run } = await resolveRun(operands[0], globals);
  const confirmed = confirmByYes(output, globals.yes, `${QUESTIONS[verdict]} ${run}`);
  const message = flags.message?.trim();
  return withSession(invocation, async (session) => {
    await requireWorker(session);
    const waiting = await readWaitingRun(session, run);
    output.line(renderQuestion(waiting));
    await confirmed();
    const { planHash } = waiting.approval;
    const own = { by: requester(), planHash, ...(message ? { message } : {}) };
    const taken = await answerRun(session, run, verdict, own);
    const { given, required, rejectedBy } = taken;
    output.json(`pawl/${verdict}@1`, { run, ...own, given, required, rejectedBy });
    output.result(renderTaken(run, taken));
    return EXIT_CODES.done;
  });
}
