import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { NEXT_SHOWN, renderNext } from '../render/schedules';
import { loadStack } from '../stack';
import { readSchedules } from '../temporal/schedules';
import { withSession } from '../temporal/session';

/** As Temporal will start them: it knows the zone's changes of the clock, and has drawn what `jitter` adds. */
export async function run(invocation: Invocation): Promise<number> {
  const { operands, globals, output } = invocation;
  const { name } = await loadStack(globals);
  const [runbook] = operands;
  const schedules = await withSession(invocation, (session) =>
    readSchedules(session, name, runbook === undefined ? undefined : [runbook]),
  );
  const starts = schedules.map((one) => ({ ...one, next: one.next.slice(0, NEXT_SHOWN) }));
  output.json('pawl/schedules@1', { stack: name, schedules: starts });
  const none = `${name} has no such schedule: \`pawl schedule apply\` makes those of the stack file.`;
  output.result(schedules.length > 0 ? renderNext(starts, output.textWidth) : none);
  return EXIT_CODES.done;
}
