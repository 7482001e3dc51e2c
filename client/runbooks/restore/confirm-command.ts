import { confirm, keptWorkflowId } from '../../../workflows/messages';
import type { KeptPart, KeptState } from '../../../workflows/model/kept';
import { ClientError } from '../../client-error';
import type { Invocation } from '../../command';
import { EXIT_CODES } from '../../exit-codes';
import { formatCount, printable } from '../../render/format';
import { reasons, remaining } from '../../render/kept';
import { resolveRun } from '../../stack';
import { isNotFound } from '../../temporal/errors';
import { readKept } from '../../temporal/kept-list';
import { requester } from '../../temporal/requester';
import { withSession } from '../../temporal/session';
import type { Session } from '../../temporal/session';
import { requireWorker } from '../../temporal/require-worker';
import { confirmByYes } from '../../terminal/ask';
import type { Output } from '../../terminal/output';

/** Dropping databases takes its time; what takes longer than the keeper waits is told as still being dropped. */
const DROP_MILLISECONDS = 120_000;

export async function run(invocation: Invocation): Promise<number> {
  const { operands, globals, output } = invocation;
  const { run: id } = await resolveRun(operands[0], globals);
  const ask = confirmByYes(output, globals.yes, `Permanently delete what ${id} replaced`);
  return withSession(invocation, async (session) => {
    for (const { keptAs } of remaining((await requireKept(session, id)).parts)) {
      output.line(`  ${printable(keptAs)}`);
    }
    await ask();
    return tell(output, await drop(session, id));
  });
}

async function requireKept(session: Session, run: string): Promise<KeptState> {
  await requireWorker(session);
  const kept = await orNothing(run, () => readKept(session, run));
  if (remaining(kept.parts).length === 0) throw nothingKept(run);
  return kept;
}

async function drop(session: Session, run: string): Promise<KeptState> {
  const handle = session.client.workflow.getHandle(keptWorkflowId(run));
  return orNothing(run, async () => {
    const kept = await session.call(
      () => handle.executeUpdate(confirm, { args: [{ by: requester() }] }),
      DROP_MILLISECONDS,
    );
    // The keeper knows that it goes on, the server why.
    return kept.parts.some(({ state }) => state === 'dropping') ? readKept(session, run) : kept;
  });
}

async function orNothing<Result>(run: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw isNotFound(error) ? nothingKept(run, error) : error;
  }
}

function nothingKept(run: string, cause?: unknown): ClientError {
  return new ClientError(EXIT_CODES.refused, `${run} keeps nothing, or no longer.`, {
    advice: '`pawl kept` lists what is kept.',
    reason: 'not-found',
    cause,
  });
}

/** What is still being dropped goes on without us; what failed needs a person. */
function tell(output: Output, { run, parts }: KeptState): number {
  const those = (state: KeptPart['state']) => parts.filter((part) => part.state === state);
  const [dropped, failed, dropping] = [those('dropped'), those('failed'), those('dropping')];
  output.json('pawl/confirmed@1', {
    run,
    dropped: dropped.map(({ keptAs }) => keptAs),
    failed,
    dropping,
  });
  output.result(`Dropped ${formatCount(dropped.length, 'kept item')} of ${run}.`);
  for (const { keptAs } of dropped) output.line(`  ${printable(keptAs)}`);
  if (failed.length > 0) {
    output.result('Could not be dropped; tried again every day, and when you confirm again:');
    for (const reason of reasons(failed)) output.result(`  ${reason}`);
    return EXIT_CODES.failed;
  }
  if (dropping.length === 0) return EXIT_CODES.done;
  output.result('Still being dropped, which goes on by itself; `pawl kept` shows how far it is:');
  for (const reason of reasons(dropping)) output.result(`  ${reason}`);
  return EXIT_CODES.timedOut;
}
