import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { parseTime } from '../runs/parse-time';
import { usageError } from '../runs/usage-error';
import { changeSchedule } from '../schedules/change-schedule';
import { backfillSchedule } from '../temporal/schedules';

/** Whatever was due then is made up for by one run: it saves what there is now. */
export async function run(invocation: Invocation): Promise<number> {
  const { since, until } = invocation.flags;
  if (since === undefined) throw usageError('A backfill needs a time.', 'Add --since "…".');
  const start = new Date(parseTime(since));
  const end = until === undefined ? new Date() : new Date(parseTime(until));
  if (end <= start) throw usageError('--until must be later than --since.', 'Exchange them?');
  const { stack, runbook } = await changeSchedule(invocation, (session, of) =>
    backfillSchedule(session, of.stack, of.runbook, { start, end }),
  );
  const { output } = invocation;
  output.result(`What was due of the ${runbook} of ${stack} between these times is due again.`);
  output.line(
    '`pawl schedule list` says what became of it: one run makes up for all, and one that began since is enough.',
  );
  return EXIT_CODES.done;
}
