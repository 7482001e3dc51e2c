import { z } from 'zod';
import type { SqliteEntry } from '../../workflows/model/stack';
import { path, service } from '../values';

export const schema = z.strictObject({
  engine: z.literal('sqlite').describe('One SQLite database.'),
  service: service
    .optional()
    .describe(
      'The file is on a volume, or a mounted folder, of this service, which is stopped while a restore replaces it; else on the host.',
    ),
  path: path.meta({
    description:
      "The database file: relative to the stack's directory, or absolute; absolute in a service.",
    examples: ['/app/data/app.db'],
  }),
  digests: z
    .boolean()
    .default(true)
    .describe('Count and digest every table of the copy, so that a restore can be proved.'),
});

export function normalise(
  name: string,
  { engine, service: inService, path: file, digests }: z.output<typeof schema>,
): SqliteEntry {
  return {
    name,
    engine,
    ...(inService !== undefined && { service: inService }),
    path: file,
    digests,
  };
}
