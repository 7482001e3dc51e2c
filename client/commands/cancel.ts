import { ClientError } from '../client-error';
import type { StackDescription } from '../../workflows/model/stack';
import type { Globals, Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { followRun } from '../follow/follow-run';
import { finishRun } from '../runs/finish-run';
import { readPatience } from '../runs/patience';
import { forcedEndLines } from '../render/forced-end';
import { sender } from '../runs/sender';
import { loadStack, resolveRun } from '../stack';
import type { RunName } from '../stack';
import { isNotFound } from '../temporal/errors';
import { endByForce } from '../temporal/forced-end';
import { withSession } from '../temporal/session';
import type { Session } from '../temporal/session';
import { stuckAdvice } from '../temporal/judge-stuck';
import { readStuck } from '../temporal/stuck-runs';
import { withdrawRun } from '../temporal/stack-updates';

export async function run(invocation: Invocation): Promise<number> {
  const { operands, flags, globals, output } = invocation;
  if (flags.force === true) return force(invocation);
  const { timeoutSeconds } = readPatience(flags);
  const name = await resolveRun(operands[0], globals);
  return withSession(invocation, async (session) => {
    const how = await cancel(session, name);
    output.json('pawl/cancel@1', { run: name.run, how });
    if (how === 'withdrawn') {
      output.result(`${name.run} was taken out of the queue; nothing of it had begun.`);
      return EXIT_CODES.done;
    }
    output.result(`${name.run} is being cancelled; it will undo what it has done.`);
    if (!flags.wait) {
      output.line(`\`pawl watch ${name.run}\` follows it.`);
      return EXIT_CODES.done;
    }
    const end = await followRun(session, output, name, timeoutSeconds);
    // A run that ends as cancelled is what was asked for.
    return end.view.status === 'cancelled' ? EXIT_CODES.done : finishRun(output, end);
  });
}

/** By id where it is no run: `kept/melvin/2`, `warm/melvin`, `stack/melvin`. */
const KEEPER = /^(?:kept\/[^/\s]+\/\d{1,9}|(?:warm|stack)\/[^/\s]+)$/;

async function force(invocation: Invocation): Promise<number> {
  const { operands, globals, output } = invocation;
  const [text = ''] = operands;
  const name = KEEPER.test(text) ? { run: text, number: 0 } : await resolveRun(text, globals);
  const by = sender().requestedBy;
  return withSession(invocation, async (session) => {
    const end = await endByForce(session, output, name, by, (stack) => ownStack(globals, stack));
    output.json('pawl/cancel@1', { ...end, how: 'by-force' });
    output.result(forcedEndLines(end).join('\n'));
    return end.left.length === 0 ? EXIT_CODES.done : EXIT_CODES.failed;
  });
}

async function ownStack(globals: Globals, name: string): Promise<StackDescription | undefined> {
  try {
    const stack = await loadStack(globals);
    return stack.name === name ? stack : undefined;
  } catch (error) {
    if (error instanceof Error && error.name === 'StackFileError') return undefined;
    throw error;
  }
}

/** A running run needs no worker to be told; taking one out of the queue is the stack workflow's business. */
async function cancel(session: Session, name: RunName): Promise<'cancelling' | 'withdrawn'> {
  const handle = session.client.workflow.getHandle(name.run);
  try {
    const { status } = await session.call(() => handle.describe());
    if (status.name !== 'RUNNING') throw ended(name.run);
    await refuseStuck(session, name.run);
    await session.call(() => handle.cancel());
    return 'cancelling';
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const withdrawn = await withdraw(session, name);
  if (withdrawn) return 'withdrawn';
  // It was started between the two looks.
  await session.call(() => handle.cancel());
  return 'cancelling';
}

/** It would never hear of it. */
async function refuseStuck(session: Session, run: string): Promise<void> {
  const [stuck] = await readStuck(session, [run]);
  if (stuck === undefined) return;
  throw new ClientError(
    EXIT_CODES.refused,
    `${run} cannot go on, nor undo anything: ${stuck.reason}.`,
    {
      advice: stuckAdvice(stuck),
      reason: 'cannot-go-on',
    },
  );
}

async function withdraw(session: Session, { run, stack, number }: RunName): Promise<boolean> {
  try {
    return await withdrawRun(session, stack, number);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new ClientError(EXIT_CODES.failed, `There is no run ${run}.`, { reason: 'not-found' });
  }
}

function ended(run: string): ClientError {
  return new ClientError(EXIT_CODES.failed, `${run} has already ended.`, {
    advice: `\`pawl show ${run}\` shows how.`,
    reason: 'not-running',
  });
}
