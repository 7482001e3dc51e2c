import { confirm, keptWorkflowId } from '../../workflows/messages';
import { ClientError } from '../client-error';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { formatCount, printable } from '../render/format';
import { resolveRun } from '../stack';
import { isNotFound } from '../temporal/errors';
import { requester } from '../temporal/requester';
import { withSession } from '../temporal/session';
import type { Session } from '../temporal/session';
import { requireWorker } from '../temporal/require-worker';
import { confirmByYes } from '../terminal/ask';

/** Dropping databases takes its time; the answer comes when they are gone. */
const DROP_MILLISECONDS = 120_000;

export async function run(invocation: Invocation): Promise<number> {
  const { operands, globals, output } = invocation;
  const { run: id } = await resolveRun(operands[0], globals);
  await confirmByYes(output, globals.yes, `Drop what ${id} replaced, for good`)();
  return withSession(invocation, async (session) => {
    const dropped = await drop(session, id);
    output.json('pawl/confirmed@1', { run: id, dropped });
    output.result(`Dropped ${formatCount(dropped.length, 'kept item')} of ${id}.`);
    for (const name of dropped) output.line(`  ${printable(name)}`);
    return EXIT_CODES.done;
  });
}

async function drop(session: Session, run: string): Promise<readonly string[]> {
  const handle = session.client.workflow.getHandle(keptWorkflowId(run));
  try {
    await session.call(() => handle.describe());
    await requireWorker(session);
    return await session.call(
      () => handle.executeUpdate(confirm, { args: [{ by: requester() }] }),
      DROP_MILLISECONDS,
    );
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new ClientError(EXIT_CODES.refused, `${run} keeps nothing, or no longer.`, {
      reason: 'not-found',
      cause: error,
    });
  }
}
