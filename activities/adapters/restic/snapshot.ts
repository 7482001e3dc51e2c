import { z } from 'zod';

/** What restic says of a snapshot, as far as it is used (restic manual, "Scripting"). */
export interface Snapshot {
  readonly id: string;
  readonly short_id: string;
  readonly time: string;
  /** The id that it had before `restic copy`, `rewrite`, `tag` or `repair snapshots` made another one of it. */
  readonly original?: string;
  readonly tags?: readonly string[];
  /** SHA-256 over all that it holds. */
  readonly tree?: string;
  readonly paths?: readonly string[];
  readonly summary?: {
    readonly total_bytes_processed: number;
    /** By which the repository grew; restic ≥ 0.17 says it. */
    readonly data_added_packed?: number;
  };
}

const ID = /^[0-9a-f]{64}$/;

const snapshotSchema = z.object({
  id: z.string().regex(ID),
  short_id: z.string().regex(/^[0-9a-f]{4,64}$/),
  time: z.string().max(100),
  original: z.string().regex(ID).exactOptional(),
  tags: z.array(z.string()).exactOptional(),
  tree: z.string().regex(ID).exactOptional(),
  paths: z.array(z.string()).exactOptional(),
  summary: z
    .object({
      total_bytes_processed: z.int().nonnegative(),
      data_added_packed: z.int().nonnegative().exactOptional(),
    })
    .exactOptional(),
});

/** Undefined for what is none. A snapshot whose further fields are not as restic writes them is one without them. */
export function parseSnapshot(text: string): Snapshot | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const whole = snapshotSchema.safeParse(value);
  if (whole.success) return whole.data;
  const bare = snapshotSchema.pick({ id: true, short_id: true, time: true, tags: true });
  return bare.safeParse(value).data;
}
