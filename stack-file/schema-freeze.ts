import { FREEZABLE } from '../workflows/catalogue';
import { z } from 'zod';
import { WEEKDAYS } from '../workflows/model/freeze-window';
import { text } from './values';

/** When runbooks are not started; written as schema.ts says. */

/** `16:00-24:00`. */
export const HOURS = /^((?:[01][0-9]|2[0-3]):[0-5][0-9])-((?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/;

/** `2026-12-20..2027-01-03`. */
export const DATES = /^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$/;

const weekday = z.enum(WEEKDAYS);

const runbook = z.enum(FREEZABLE);

export const freeze = z
  .array(
    z.strictObject({
      reason: text.describe('Why; whoever is refused is told.'),
      runbooks: z
        .array(runbook)
        .min(1, 'must name a runbook')
        .default(['deploy'])
        .describe('What is not started then.'),
      days: z
        .array(weekday)
        .min(1, 'must name a day')
        .optional()
        .describe('Days of the week; every day when absent.'),
      hours: z
        .string()
        .regex(HOURS, 'must be two times of the day, such as `16:00-24:00`')
        .optional()
        .describe(
          'From and to, the end excluded; the whole day when absent. `22:00-06:00` goes on over midnight.',
        )
        .meta({ title: 'hours' }),
      dates: z
        .string()
        .regex(DATES, 'must be two days, such as `2026-12-20..2027-01-03`')
        .optional()
        .describe('First and last day, both included; all year when absent.')
        .meta({ title: 'dates' }),
      zone: text
        .default('UTC')
        .describe("Time zone of all this, by IANA's name, such as `Europe/Berlin`."),
    }),
  )
  .meta({ title: 'list' });
