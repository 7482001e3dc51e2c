import { z } from 'zod';
import type { Manifest } from '../../../workflows/model/recovery-point';

const part = z.object({
  name: z.string(),
  entry: z.string(),
  engine: z.enum(['postgres', 'mongodb', 'files']),
  kind: z.enum(['database', 'globals', 'directory']),
  source: z.string(),
});

const contentDigest = z.object({
  name: z.string(),
  rows: z.number(),
  digest: z.string(),
  method: z.string(),
});

const storedPart = z.object({
  part,
  snapshotId: z.string(),
  path: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  facts: z.object({
    format: z.string(),
    sourceVersion: z.string(),
    contents: z.array(contentDigest),
    consistency: z.string(),
    notes: z.array(z.string()),
    surroundings: z.json().exactOptional(),
  }),
});

/** A manifest is read back years later, by another version: what is missing must be told before a restore begins. */
export const manifestSchema = z.object({
  schema: z.literal('pawl/manifest@1'),
  stack: z.string(),
  run: z.string(),
  runKey: z.string(),
  takenAt: z.string(),
  host: z.string(),
  requestedBy: z.string(),
  pawlVersion: z.string(),
  entries: z.array(z.string()),
  partial: z.boolean(),
  parts: z.array(storedPart),
  audit: z.string().exactOptional(),
  releases: z
    .array(z.object({ number: z.number(), release: z.string(), model: z.string() }))
    .exactOptional(),
  currentRelease: z.number().exactOptional(),
}) satisfies z.ZodType<Manifest>;
