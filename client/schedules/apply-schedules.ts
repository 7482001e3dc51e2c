import { SCHEDULABLE } from '../../workflows/catalogue';
import type { AppliedSchedule } from '../../workflows/model/schedule';
import type { StackDescription } from '../../workflows/model/stack';
import { planSchedule } from '../../workflows/schedule/plan-schedule';
import { scheduledInput } from '../../workflows/schedule/scheduled-input';
import { stackSource } from '../stack';
import { askWorker } from '../temporal/ask-worker';
import { describeSchedule, inputOf } from '../temporal/schedules';
import type { Session } from '../temporal/session';
import type { Output } from '../terminal/output';
import { appliedWords } from '../render/schedules';

/** Has the host remember the stack file, and the stack's schedules made what it says. */
export function applySchedules(
  session: Session,
  output: Output,
  stack: StackDescription,
): Promise<readonly AppliedSchedule[]> {
  const input = { stack, source: stackSource(session.globals) };
  return askWorker<readonly AppliedSchedule[]>(session, output, {
    ...{ stack, input, type: 'applySchedules', prefix: 'schedules' },
  });
}

/** Before a run: where the stack file has other schedules than there are, they are applied, and it is told. */
export async function applyWhereChanged(
  session: Session,
  output: Output,
  stack: StackDescription,
): Promise<void> {
  if (!(await isChanged(session, stack))) return;
  for (const applied of await applySchedules(session, output, stack)) {
    if (applied.change !== 'unchanged') output.note(appliedWords(applied));
  }
}

async function isChanged(session: Session, stack: StackDescription): Promise<boolean> {
  const plans = await Promise.all(
    SCHEDULABLE.map(async (runbook) => {
      const seen = await describeSchedule(session, stack.name, runbook);
      const input = seen && inputOf(seen);
      return planSchedule(scheduledInput(stack, runbook), seen && { ...(input && { input }) });
    }),
  );
  return plans.some((plan) => plan !== 'none');
}
