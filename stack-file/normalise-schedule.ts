import type { ScheduleEntry } from '../workflows/model/schedule';
import { requireSeconds } from './duration';
import type { StackDocument } from './schema';

type EntryDocument = NonNullable<NonNullable<StackDocument['schedule']>[string]>;

/** Absent when nothing starts by itself. */
export function normaliseSchedule({ schedule = {} }: StackDocument): ScheduleEntry[] | undefined {
  const entries = Object.entries(schedule).flatMap(([runbook, entry]) =>
    entry === undefined ? [] : normaliseEntry(runbook, entry),
  );
  return entries.length === 0 ? undefined : entries;
}

function normaliseEntry(
  runbook: string,
  { jitter, only, point, ...times }: EntryDocument,
): ScheduleEntry {
  return {
    runbook,
    when: timesOf(times),
    jitterSeconds: requireSeconds(jitter),
    ...(only && { only }),
    ...(point && { point }),
  };
}

/** A rule has seen that there is one of the two. */
function timesOf({
  cron = '',
  zone = 'UTC',
  every,
}: Pick<EntryDocument, 'cron' | 'zone' | 'every'>): ScheduleEntry['when'] {
  if (every !== undefined) return { everySeconds: requireSeconds(every) };
  return { cron: cron.trim().replace(/\s+/g, ' '), zone };
}
