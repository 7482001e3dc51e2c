import { z } from 'zod';
import { ENVIRONMENT_VARIABLE, path, secretReference, text } from './values';

/** A restic repository: the stack's own, or a copy; written as schema.ts says. */

/** Which names may have a value of their own, a rule says. */
const variable = z.union([text, z.number(), secretReference]).meta({ title: 'text or secret' });

export const repository = z.strictObject({
  url: path.meta({
    title: 'text',
    description: "Anything restic takes; a relative path is relative to the stack's directory.",
    examples: ['/srv/backup/melvin'],
  }),
  password: secretReference.meta({
    description: 'Password of the repository. Without it no recovery point can be read, by anyone.',
    examples: [{ file: '/etc/pawl/melvin.key' }],
  }),
  initialise: z
    .boolean()
    .default(false)
    .describe('Create the repository in the first backup when there is none.'),
  environment: z
    .record(z.string().meta({ pattern: ENVIRONMENT_VARIABLE.source }), variable)
    .default({})
    .describe(
      'Further environment of restic: where its secret is for each name, such as `AWS_SECRET_ACCESS_KEY`; the value itself of one that is none, such as `RESTIC_CACERT`.',
    ),
});
