import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError } from '../client-error';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { loadStack } from '../stack';
import { readSchedules, type ScheduleState } from '../temporal/schedules';
import { withSession, type Session } from '../temporal/session';

/** Temporal answers before the schedule's own workflow has taken a change. */
const LOOKS = 20;
const BETWEEN_LOOKS_MILLISECONDS = 250;

export interface ScheduleName {
  readonly stack: string;
  readonly runbook: string;
}

/** Changes one schedule, and looks until it is so: what is said of it then was seen. */
export async function changeSchedule(
  invocation: Invocation,
  change: (session: Session, of: ScheduleName) => Promise<void>,
  isSo: (seen: ScheduleState) => boolean = () => true,
): Promise<ScheduleName & { readonly state: ScheduleState }> {
  const { operands, globals, output } = invocation;
  const { name: stack } = await loadStack(globals);
  const of = { stack, runbook: operands[0] ?? '' };
  const state = await withSession(invocation, async (session) => {
    await change(session, of);
    return untilSo(session, of, isSo);
  });
  output.json('pawl/schedule@1', { stack, schedule: state });
  return { ...of, state };
}

async function untilSo(
  session: Session,
  { stack, runbook }: ScheduleName,
  isSo: (seen: ScheduleState) => boolean,
): Promise<ScheduleState> {
  for (let look = 1; look <= LOOKS; look += 1) {
    const [seen] = await readSchedules(session, stack, [runbook]);
    if (seen !== undefined && isSo(seen)) return seen;
    await sleep(BETWEEN_LOOKS_MILLISECONDS);
  }
  throw new ClientError(EXIT_CODES.failed, 'Temporal has not taken it.', {
    advice: '`pawl schedule list` shows how it is now.',
    reason: 'not-taken',
  });
}
