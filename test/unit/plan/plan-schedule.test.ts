import type { ScheduleEntry } from '../../../workflows/model/schedule';
import { isStartedBy } from '../../../workflows/model/schedule';
import { planSchedule } from '../../../workflows/schedule/plan-schedule';
import { scheduledInput } from '../../../workflows/schedule/scheduled-input';

const ENTRY: ScheduleEntry = { runbook: 'backup', when: { everySeconds: 3600 }, jitterSeconds: 0 };
const inputOf = (entry: ScheduleEntry, host = 'local') =>
  scheduledInput({ name: 'melvin', host, schedule: [entry] }, 'backup');
const wanted = inputOf(ENTRY);

describe('the schedule of a runbook', () => {
  it.each([
    ['is made where there is none', wanted, undefined, 'create'],
    ['stays where it is of the same entry', wanted, { input: wanted }, 'none'],
    [
      'is changed with its entry',
      wanted,
      { input: inputOf({ ...ENTRY, jitterSeconds: 60 }) },
      'change',
    ],
    ['is changed with its host', wanted, { input: inputOf(ENTRY, 'other') }, 'change'],
    ['is changed where somebody else has made it', wanted, {}, 'change'],
    ['is removed with its entry', undefined, { input: wanted }, 'remove'],
    ['is none where none should be', undefined, undefined, 'none'],
  ] as const)('%s', (_what, asked, seen, plan) => {
    expect(
      planSchedule(asked, seen && ('input' in seen && seen.input ? { input: seen.input } : {})),
    ).toBe(plan);
    expect(asked === undefined ? asked : inputOf(ENTRY)).toEqual(asked);
  });

  it('starts workflows under its own ids only', () => {
    const id = 'schedule/melvin/backup';
    expect(isStartedBy(id, `${id}-2026-12-02T03:15:00Z`)).toBe(true);
    expect(isStartedBy(id, id)).toBe(false);
    expect(isStartedBy(id, 'schedule/melvin2/backup-2026-12-02T03:15:00Z')).toBe(false);
  });
});
