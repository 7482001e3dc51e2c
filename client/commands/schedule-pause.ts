import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { requireReason } from '../runs/usage-error';
import { changeSchedule } from '../schedules/change-schedule';
import { requester } from '../temporal/requester';
import { pauseSchedule } from '../temporal/schedules';

export async function run(invocation: Invocation): Promise<number> {
  const note = `${requireReason(invocation.flags, 'pause')} (${requester()})`;
  const { stack, runbook } = await changeSchedule(
    invocation,
    (session, of) => pauseSchedule(session, of.stack, of.runbook, note),
    (seen) => seen.paused,
  );
  invocation.output.result(`The ${runbook} of ${stack} is paused: ${note}`);
  invocation.output.line('One that is at work goes on. `pawl schedule resume` ends the pause.');
  return EXIT_CODES.done;
}
