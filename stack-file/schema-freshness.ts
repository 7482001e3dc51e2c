import { z } from 'zod';
import { duration } from './values';

/** How old what keeps the stack safe may get; written as schema.ts says. */
export const freshness = z.strictObject({
  point: duration.meta({
    description:
      'The newest recovery point of everything of which no part is missing. Longer than the time between two backups.',
    examples: ['26h'],
  }),
});
