import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { appliedWords, renderNext } from '../render/schedules';
import { applySchedules } from '../schedules/apply-schedules';
import { loadStack } from '../stack';
import { readSchedules } from '../temporal/schedules';
import { withSession } from '../temporal/session';

export async function run(invocation: Invocation): Promise<number> {
  const { globals, output } = invocation;
  const stack = await loadStack(globals);
  const { applied, schedules } = await withSession(invocation, async (session) => ({
    applied: await applySchedules(session, output, stack),
    schedules: await readSchedules(session, stack.name),
  }));
  output.json('pawl/schedule-apply@1', { stack: stack.name, applied, schedules });
  const none = `The stack file of ${stack.name} has no \`schedule\`, and there was none.`;
  output.result(applied.length > 0 ? applied.map(appliedWords).join('\n') : none);
  if (schedules.length > 0) output.line(renderNext(schedules, output.textWidth));
  return EXIT_CODES.done;
}
