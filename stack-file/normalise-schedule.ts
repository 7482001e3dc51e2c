import type { ScheduleEntry } from '../workflows/model/schedule';
import { requireSeconds } from './duration';
import type { StackDocument } from './schema';

/** Absent when nothing starts by itself. */
export function normaliseSchedule({ schedule = {} }: StackDocument): ScheduleEntry[] | undefined {
  const entries = Object.entries(schedule).map(
    ([runbook, { cron = '', zone = 'UTC', every, jitter, only, point }]): ScheduleEntry => ({
      runbook,
      when:
        every === undefined
          ? { cron: cron.trim().replace(/\s+/g, ' '), zone }
          : { everySeconds: requireSeconds(every) },
      jitterSeconds: requireSeconds(jitter),
      ...(only && { only }),
      ...(point && { point }),
    }),
  );
  return entries.length === 0 ? undefined : entries;
}
