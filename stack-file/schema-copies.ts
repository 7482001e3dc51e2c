import { z } from 'zod';
import { NAME } from './name';
import { repository } from './schema-repository';

/** Further repositories for the stack's recovery points; written as schema.ts says. */

const copy = repository.extend({
  url: repository.shape.url.meta({
    title: 'text',
    description:
      "Anything restic takes, other than `repository.url`; a relative path is relative to the stack's directory.",
    examples: ['s3:https://s3.example.com/melvin'],
  }),
  password: repository.shape.password.meta({
    description: 'Password of the copy. Keep it where the host is not: the copy is for its loss.',
    examples: [{ file: '/etc/pawl/offsite.key' }],
  }),
  initialise: z
    .boolean()
    .default(false)
    .describe('Create the copy when there is no repository yet, with the chunks of the first one.'),
});

export const copies = z.record(z.string().meta({ pattern: NAME.source }), copy);
