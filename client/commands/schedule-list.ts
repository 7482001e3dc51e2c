import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { renderSchedules } from '../render/schedules';
import { loadStack } from '../stack';
import { readSchedules } from '../temporal/schedules';
import { withSession } from '../temporal/session';

export async function run(invocation: Invocation): Promise<number> {
  const { globals, output } = invocation;
  const { name } = await loadStack(globals);
  const schedules = await withSession(invocation, (session) => readSchedules(session, name));
  output.json('pawl/schedules@1', { stack: name, schedules });
  const none = `${name} has no schedules: \`pawl schedule apply\` makes those of the stack file.`;
  const text = () => renderSchedules(schedules, Date.now(), output.textWidth);
  output.result(schedules.length > 0 ? text() : none);
  return EXIT_CODES.done;
}
