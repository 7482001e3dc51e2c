import { z } from 'zod';
import {
  MOST_PARTS,
  type ContentDigest,
  type KeptRelease,
  type Manifest,
  type Part,
  type PartFacts,
  type StoredPart,
} from '../../../workflows/model/recovery-point';
import { ENGINES } from '../../../workflows/model/engines';
import type { EngineKind } from '../../../workflows/model/stack';

/*
 * A manifest is read back years later, by another version, from a repository that others may have written to. Each field
 * of the model must stand here (the compiler sees to it), none that is unknown is passed over, and nothing is without an end.
 */

const KINDS = { database: true, globals: true, directory: true } satisfies Record<
  Part['kind'],
  true
>;

/** Names of databases and collections end at 255 bytes; a path of a folder at 4,096. */
const LONGEST_NAME = 1000;
const LONGEST_PATH = 4096;
/** A note is a sentence; some name a list of tables. */
const LONGEST_TEXT = 100_000;
const MOST_NOTES = 100_000;
const MOST_CONTENTS = 1_000_000;
const MOST_RELEASES = 10_000;

const name = z.string().min(1).max(LONGEST_NAME);
const text = z.string().max(LONGEST_TEXT);
const count = z.int().nonnegative();
const time = z.iso.datetime();
/** As `streamPath` makes it: one file at the root, which no program takes for an option. The root itself of a tree. */
const path = z.string().regex(/^\/[A-Za-z0-9%._~!'()*-]{0,254}$/, 'is not the path of a part');

const part = z.strictObject({
  name,
  entry: name,
  engine: z.enum(Object.keys(ENGINES) as [EngineKind, ...EngineKind[]]),
  kind: z.enum(Object.keys(KINDS) as [Part['kind'], ...Part['kind'][]]),
  source: z.string().max(LONGEST_PATH),
} satisfies Record<keyof Part, z.ZodType>);

const contentDigest = z.strictObject({
  name: z.string().max(LONGEST_PATH),
  rows: count,
  digest: text,
  method: name,
} satisfies Record<keyof ContentDigest, z.ZodType>);

const partFacts = z.strictObject({
  format: name,
  sourceVersion: text,
  contents: z.array(contentDigest).max(MOST_CONTENTS),
  consistency: text,
  notes: z.array(text).max(MOST_NOTES),
  surroundings: z.json().exactOptional(),
} satisfies Record<keyof PartFacts, z.ZodType>);

const storedPart = z.strictObject({
  part,
  snapshotId: z.string().regex(/^[0-9a-f]{4,64}$/, 'is not the id of a snapshot'),
  path,
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256'),
  facts: partFacts,
} satisfies Record<keyof StoredPart, z.ZodType>);

const keptRelease = z.strictObject({
  number: z.int().positive(),
  release: z.string(),
  model: z.string(),
} satisfies Record<keyof KeptRelease, z.ZodType>);

export const manifestSchema: z.ZodType<Manifest> = z.strictObject({
  schema: z.literal('pawl/manifest@1'),
  stack: name,
  run: name,
  runKey: name,
  takenAt: time,
  host: name,
  requestedBy: text,
  pawlVersion: name,
  entries: z.array(name).max(MOST_PARTS).refine(areDifferent, 'names an entry twice'),
  partial: z.boolean(),
  parts: z
    .array(storedPart)
    .min(1, 'has no parts')
    .max(MOST_PARTS, `has more parts than the ${MOST_PARTS} that one recovery point may have`)
    .refine(
      (parts) => areDifferent(parts.map(({ part: { name: partName } }) => partName)),
      'names a part twice',
    ),
  audit: z.string().exactOptional(),
  releases: z.array(keptRelease).max(MOST_RELEASES).exactOptional(),
  currentRelease: z.int().positive().exactOptional(),
} satisfies Record<keyof Manifest, z.ZodType>);

function areDifferent(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}
