import { z } from 'zod';
import { duration, text, wholeNumber } from './values';

/** Which recovery points are kept; written as schema.ts says. */

/** Decimal units, as disks are sold. */
export const SIZE = /^([1-9][0-9]{0,5})(MB|GB|TB)$/;

const count = wholeNumber(1, 10_000).optional();

export const keep = z.strictObject({
  last: count.describe('The newest so many recovery points.'),
  hourly: count.describe('The newest point of each of the newest so many hours that have one.'),
  daily: count.describe('The same of days, from midnight to midnight in `zone`.'),
  weekly: count.describe('The same of weeks, from Monday to Sunday.'),
  monthly: count.describe('The same of months.'),
  yearly: count.describe('The same of years.'),
  within: duration.optional().describe('Every point that is not older.'),
  maxBytes: z
    .string()
    .regex(SIZE, 'must be a whole number and a unit: `800MB`, `300GB` or `2TB`')
    .optional()
    .describe(
      'Most that the stack may take in the repository: the oldest points go until it does, whatever else keeps them.',
    )
    .meta({ title: 'size' }),
  zone: text
    .default('UTC')
    .describe(
      "Time zone of days, weeks, months and years, by IANA's name, such as `Europe/Berlin`.",
    ),
});
