import { z } from 'zod';
import { SCHEDULABLE } from '../workflows/catalogue';
import { duration, durationOrNone, name, text } from './values';

/** When runbooks start by themselves; written as schema.ts says. Keys are counted in rules-schedule.ts. */

const times = {
  cron: text
    .optional()
    .describe(
      'Minute, hour, day of the month, month and day of the week, as cron has them. Give this or `every`.',
    )
    .meta({ examples: ['15 3 * * *'] }),
  zone: text
    .optional()
    .describe("Time zone of `cron`, by IANA's name, such as `Europe/Berlin`; `UTC` when absent."),
  every: duration
    .optional()
    .describe('From one start to the next, at least a minute, counted from midnight in UTC.'),
  jitter: durationOrNone
    .default('0s')
    .describe('Each start is put off by a part of this, chosen at random.'),
};

const entry = z.strictObject({
  ...times,
  only: z
    .array(name)
    .min(1, 'must name an entry of `protect`')
    .optional()
    .describe('Of a backup: these entries of `protect`, in place of all.'),
  point: z
    .enum(['newest', 'oldest', 'random'])
    .optional()
    .describe('Of a drill: which recovery point is proved; `newest` when absent.'),
});

type Schedule = Readonly<Record<string, z.ZodOptional<typeof entry>>>;

/** One key for each runbook that may start by itself. */
export const schedule = z.strictObject<Schedule>(
  Object.fromEntries(
    SCHEDULABLE.map((runbook) => [
      runbook,
      entry.optional().describe(`When a ${runbook} starts by itself.`),
    ]),
  ),
);
