import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { nextWords } from '../render/schedules';
import { changeSchedule } from '../schedules/change-schedule';
import { requester } from '../temporal/requester';
import { resumeSchedule } from '../temporal/schedules';

export async function run(invocation: Invocation): Promise<number> {
  const note = `resumed (${requester()})`;
  const { stack, runbook, state } = await changeSchedule(
    invocation,
    (session, of) => resumeSchedule(session, of.stack, of.runbook, note),
    (seen) => !seen.paused,
  );
  const next = `Next: ${nextWords(state)}.`;
  invocation.output.result(`The ${runbook} of ${stack} starts by itself again. ${next}`);
  return EXIT_CODES.done;
}
