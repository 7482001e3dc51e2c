import type { AppliedSchedule, StackSource } from '../model/schedule';
import type { StackDescription } from '../model/stack';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';
import { scheduleActivities, stackFileActivities } from '../run/activities';

export interface ApplySchedulesInput {
  readonly stack: StackDescription;
  readonly source: StackSource;
}

/** Has the host remember where the stack file is and what it says, and makes the stack's schedules what it says. */
export async function applySchedules({
  stack,
  source,
}: ApplySchedulesInput): Promise<readonly AppliedSchedule[]> {
  requireShape(requests.applyInput, { stack, source }, 'what is to be applied');
  await stackFileActivities(stack.host).keepStackFile({ stack, source });
  const { name, host, schedule } = stack;
  return scheduleActivities().applySchedules({
    stack: { name, host, ...(schedule && { schedule }) },
  });
}
