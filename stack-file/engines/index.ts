import { z } from 'zod';
import type { EngineKind, ProtectEntry } from '../../workflows/model/stack';
import * as files from './files';
import * as mongodb from './mongodb';
import * as postgres from './postgres';

/** What an entry of `protect` may say, and what it comes to; one file for each engine. */
const SECTIONS = { postgres, mongodb, files } satisfies Readonly<
  Record<EngineKind, { readonly schema: z.ZodObject; readonly normalise: unknown }>
>;

/** One map for each engine; written as schema.ts says. */
export const protectEntry = z.discriminatedUnion('engine', [
  postgres.schema,
  mongodb.schema,
  files.schema,
]);

type EntryDocument = z.output<typeof protectEntry>;

export function normaliseEntry(name: string, entry: EntryDocument): ProtectEntry {
  // Each takes the documents of its own schema, by which it was found.
  const { normalise } = SECTIONS[entry.engine] as {
    normalise: (name: string, entry: EntryDocument) => ProtectEntry;
  };
  return normalise(name, entry);
}
