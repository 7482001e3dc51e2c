import { z } from 'zod';
import type { StreamReceipt } from '../../ports/repository';

const receiptFile = z.object({
  receipt: z.object({
    uploadId: z.string().min(1),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    bytes: z.int().nonnegative(),
    // As its engine has made them; the manifest, for which they are meant, is checked as a whole before it is stored.
    facts: z.looseObject({ contents: z.array(z.looseObject({ rows: z.number() })) }),
  }),
});

/**
 * Undefined for a file that is no receipt: it vouches for nothing, and its part is dumped again. Files are written whole, so
 * that a disk, or somebody else, has made it what it is.
 */
export function parseReceipt(text: string): StreamReceipt | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const { data } = receiptFile.safeParse(value);
  return data?.receipt as StreamReceipt | undefined;
}
