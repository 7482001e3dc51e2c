import { z } from 'zod';
import { APPROVABLE } from '../workflows/catalogue';
import { duration, person, wholeNumber } from './values';

/** Which runbooks wait for people; written as schema.ts says. */

const policy = z.strictObject({
  required: wholeNumber(1, 100).default(1).describe('How many different people must approve.'),
  from: z
    .array(person)
    .min(1, 'must name somebody who may approve')
    .meta({
      description:
        'Who may approve or reject: `anna` on whatever machine, `anna@laptop` on that one.',
      examples: [['anna', 'ben']],
    }),
  expires: duration
    .default('4h')
    .describe('After so long without enough approvals the run counts as rejected.'),
  self: z.boolean().default(false).describe('Whether people may approve their own requests.'),
});

type Approvals = Readonly<Record<string, z.ZodOptional<typeof policy>>>;

/** One key for each runbook that may need people. */
export const approvals = z.strictObject<Approvals>(
  Object.fromEntries(
    APPROVABLE.map((runbook) => [
      runbook,
      policy.optional().describe(`Who must approve a ${runbook}.`),
    ]),
  ),
);
