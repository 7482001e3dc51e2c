import type { RunRequest } from '../../workflows/catalogue';
import { randomUUID } from 'node:crypto';
import { stackWorkflowId } from '../../workflows/messages';
import type { Submitted } from '../../workflows/messages';
import { ClientError } from '../client-error';
import { EXIT_CODES } from '../exit-codes';
import { followRun } from '../follow/follow-run';
import { printRunEvent } from '../follow/presenters';
import { applyWhereChanged } from '../schedules/apply-schedules';
import { requireWorker } from '../temporal/require-worker';
import type { Session } from '../temporal/session';
import { submitRun, withdrawRun } from '../temporal/stack-updates';
import { STARTING_MILLISECONDS, workflowPage } from '../temporal/workflow-page';
import type { Output } from '../terminal/output';
import { finishRun } from './finish-run';
import type { Patience } from './patience';

/** Submits a run and, unless told otherwise, follows it to its end. Resolves with the exit code. */
export async function startRun(
  session: Session,
  output: Output,
  request: RunRequest,
  patience: Patience,
): Promise<number> {
  await requireWorker(session, request.stack.host);
  await applyWhereChanged(session, output, request.stack);
  const requestId = randomUUID();
  const { timeoutSeconds } = patience;
  const submitted = await submitRun(session, output, request, { requestId, timeoutSeconds });
  if (!patience.queue) await requireFirst(session, request.stack.name, submitted);
  await announce(session, output, request, submitted);
  if (patience.detach) return EXIT_CODES.done;
  const { run, number } = submitted;
  const name = { run, number, stack: request.stack.name, requestId };
  return finishRun(output, await followRun(session, output, name, timeoutSeconds));
}

/** Asking the queue first would race with others: take the place, and give it back when it is not the first. */
async function requireFirst(session: Session, stack: string, submitted: Submitted): Promise<void> {
  const { behind, number, run } = submitted;
  if (behind.length === 0) return;
  const withdrawn = await withdrawRun(session, stack, number);
  // Those ahead may have ended meanwhile: then it is running, as was wanted.
  if (!withdrawn) return;
  throw new ClientError(
    EXIT_CODES.busy,
    `${behind.join(', ')} must end first; ${run} was not started.`,
    {
      advice: 'Leave --no-wait out to have it wait in the queue.',
      reason: 'ResourceBusy',
    },
  );
}

async function announce(
  session: Session,
  output: Output,
  { runbook, stack }: RunRequest,
  { run, behind }: Submitted,
): Promise<void> {
  const [link, stackLink] = await Promise.all([
    workflowPage(session, run, behind.length === 0 ? STARTING_MILLISECONDS : 0),
    workflowPage(session, stackWorkflowId(stack.name)),
  ]);
  const accepted = { event: 'accepted', runbook, behind, link, stackLink };
  printRunEvent(output, run, accepted);
  if (output.style.quiet) {
    output.result(run);
    return;
  }
  const { bold, dim } = output.colours;
  output.line(
    `${bold(run)}  ${runbook}${behind.length > 0 ? `, behind ${behind.join(', ')}` : ''}`,
  );
  output.line(dim(`  see     ${link}`));
  output.line(dim(`  watch   pawl watch ${run}`));
  output.line(dim(`  cancel  pawl cancel ${run}`));
}
