import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { changeSchedule } from '../schedules/change-schedule';
import { triggerSchedule } from '../temporal/schedules';

export async function run(invocation: Invocation): Promise<number> {
  const { stack, runbook } = await changeSchedule(invocation, (session, of) =>
    triggerSchedule(session, of.stack, of.runbook),
  );
  invocation.output.result(`The ${runbook} of ${stack} is due now.`);
  invocation.output.line('`pawl schedule list` says what became of it, `pawl runs` has its run.');
  return EXIT_CODES.done;
}
