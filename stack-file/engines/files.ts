import { z } from 'zod';
import type { FilesEntry } from '../../workflows/model/stack';
import { path, service, text } from '../values';

export const schema = z.strictObject({
  engine: z.literal('files').describe('A folder with all that is in it.'),
  service: service
    .optional()
    .describe(
      'The folder is in the container of this service, such as a volume; else on the host.',
    ),
  path: path.meta({
    description:
      "The folder: relative to the stack's directory, or absolute; absolute in a service.",
    examples: ['./data/uploads'],
  }),
  exclude: z
    .array(text)
    .default([])
    .meta({
      description: 'Patterns of GNU tar; what matches is in no recovery point.',
      examples: [['*.tmp', 'cache/*']],
    }),
});

export function normalise(
  name: string,
  { engine, service: inService, path: folder, exclude }: z.output<typeof schema>,
): FilesEntry {
  return {
    name,
    engine,
    ...(inService !== undefined && { service: inService }),
    path: folder,
    exclude,
  };
}
