import { z } from 'zod';
import { name, text } from './values';

/** What a drill asks of what it has restored; written as schema.ts says. */

const assertion = z.strictObject({
  sql: z
    .strictObject({
      part: name.describe('An entry of `protect` that is one PostgreSQL database.'),
      query: text.meta({
        description: 'Must answer true; it can only read.',
        examples: ['select count(*) > 0 from users'],
      }),
    })
    .describe('Asks the restored database.'),
});

export const drill = z.strictObject({
  assert: z
    .array(assertion)
    .default([])
    .describe('What must be true of what a drill restored, beside being equal to its manifest.')
    .meta({ title: 'list' }),
});
