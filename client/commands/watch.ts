import type { Invocation } from '../command';
import { followRun } from '../follow/follow-run';
import { finishRun } from '../runs/finish-run';
import { readPatience } from '../runs/patience';
import { resolveRun } from '../stack';
import { withSession } from '../temporal/session';

export async function run(invocation: Invocation): Promise<number> {
  const { operands, flags, globals, output } = invocation;
  const { timeoutSeconds } = readPatience(flags);
  const name = await resolveRun(operands[0], globals);
  return withSession(invocation, async (session) =>
    finishRun(output, await followRun(session, output, name, timeoutSeconds)),
  );
}
