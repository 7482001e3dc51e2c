import { z } from 'zod';
import type { MongodbEntry } from '../../workflows/model/stack';
import { secretReference, text } from '../values';
import { database, normaliseLogin, normaliseReach, reach } from './server';

export const schema = z.strictObject({
  engine: z.literal('mongodb').describe('MongoDB, or a server that speaks its protocol.'),
  ...reach,
  database: database.meta({
    description: 'Name of the database; `{all: true}` for every one.',
    examples: ['melvin'],
  }),
  user: text.optional().meta({ description: 'User to connect as.', examples: ['pawl'] }),
  password: secretReference.optional().describe('Goes with `user`.'),
  authenticationDatabase: text
    .optional()
    .describe("Database that holds the user. Default: MongoDB's own, `admin`."),
});

export function normalise(name: string, entry: z.output<typeof schema>): MongodbEntry {
  const { engine, authenticationDatabase } = entry;
  return {
    name,
    engine,
    reach: normaliseReach(entry),
    database: entry.database,
    ...normaliseLogin(entry),
    ...(authenticationDatabase !== undefined && { authenticationDatabase }),
  };
}
