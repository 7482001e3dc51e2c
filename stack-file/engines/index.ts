import { z } from 'zod';
import type { EngineKind, ProtectEntry } from '../../workflows/model/stack';
import * as files from './files';
import * as mongodb from './mongodb';
import * as postgres from './postgres';
import * as sqlite from './sqlite';

/** One map for each engine; written as schema.ts says. */
export const protectEntry = z.discriminatedUnion('engine', [
  postgres.schema,
  mongodb.schema,
  sqlite.schema,
  files.schema,
]);

type EntryDocument = z.output<typeof protectEntry>;

/** What each engine's entry comes to. */
const NORMALISE: {
  readonly [Kind in EngineKind]: (
    name: string,
    entry: Extract<EntryDocument, { engine: Kind }>,
  ) => Extract<ProtectEntry, { engine: Kind }>;
} = {
  postgres: postgres.normalise,
  mongodb: mongodb.normalise,
  sqlite: sqlite.normalise,
  files: files.normalise,
};

export function normaliseEntry(name: string, entry: EntryDocument): ProtectEntry {
  // Each takes the documents of its own schema, by which it was found.
  const normalise = NORMALISE[entry.engine] as (name: string, entry: EntryDocument) => ProtectEntry;
  return normalise(name, entry);
}
