import type { ScheduledInput } from '../model/schedule';
import type { StackDescription } from '../model/stack';
import { hashJson } from '../run/hash-plan';
import { entryOf } from './plan-schedule';

/** What the schedule of a runbook starts its workflow with; undefined where the stack file has no entry of it. */
export function scheduledInput(
  { name, host, schedule }: Pick<StackDescription, 'name' | 'host' | 'schedule'>,
  runbook: string,
): ScheduledInput | undefined {
  const entry = entryOf(schedule, runbook);
  return entry && { stack: name, host, runbook, entryHash: hashJson(entry) };
}
