import { z } from 'zod';
import { catIndexArguments, listIndexArguments } from './arguments';
import type { Restic } from './restic';

/** restic's name for the pieces that packs are made of. */
export interface Blobs {
  readonly data: readonly string[];
  readonly tree: readonly string[];
}

const index = z.object({
  packs: z
    .array(
      z.object({
        id: z.string(),
        blobs: z.array(z.object({ id: z.string().regex(/^[0-9a-f]{64}$/), type: z.string() })),
      }),
    )
    .nullish(),
});

/** What packs hold, by the index: their own heads may be what is damaged, on which `restic find --pack` ends (0.19.1). */
export async function blobsOfPacks(
  restic: Restic,
  packs: ReadonlySet<string>,
  call: { readonly attempted: string; readonly signal: AbortSignal },
): Promise<Blobs> {
  const found: { data: string[]; tree: string[] } = { data: [], tree: [] };
  const ids = (await restic.run({ args: listIndexArguments(), ...call })).split('\n');
  for (const id of ids.filter(Boolean)) {
    const text = await restic.run({ args: catIndexArguments(id), ...call });
    for (const pack of index.parse(JSON.parse(text)).packs ?? []) {
      if (!packs.has(pack.id)) continue;
      for (const blob of pack.blobs) found[blob.type === 'tree' ? 'tree' : 'data'].push(blob.id);
    }
  }
  return found;
}
