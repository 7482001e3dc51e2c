import { z } from 'zod';
import type { PostgresEntry } from '../../workflows/model/stack';
import { secretReference, text } from '../values';
import { database, normaliseLogin, normaliseReach, reach } from './server';

export const schema = z.strictObject({
  engine: z.literal('postgres').describe('PostgreSQL.'),
  ...reach,
  database: database.meta({
    description: 'Name of the database; `{all: true}` for every one, and the roles of the server.',
    examples: ['melvin'],
  }),
  user: text.optional().meta({
    description:
      "Role to connect as. Default: `postgres` in a container, the worker's own user by address.",
    examples: ['pawl'],
  }),
  password: secretReference.optional().describe('Needed only where the server asks for one.'),
  digests: z
    .boolean()
    .default(true)
    .describe(
      'Count and digest every table in the snapshot of the dump, so that a restore can be proved.',
    ),
  restore: z
    .strictObject({
      searchPath: z
        .array(text)
        .min(1, 'must name at least one schema')
        .optional()
        .meta({
          description:
            'Schemas in which a restore looks for names that functions and generated columns write without one. Default: none, as pg_restore does.',
          examples: [['public']],
        }),
    })
    .optional()
    .describe('How a restore reads what was saved.'),
});

export function normalise(name: string, entry: z.output<typeof schema>): PostgresEntry {
  const { engine, digests, restore } = entry;
  return {
    name,
    engine,
    reach: normaliseReach(entry),
    database: entry.database,
    ...normaliseLogin(entry),
    digests,
    ...(restore?.searchPath && { restore: { searchPath: restore.searchPath } }),
  };
}
