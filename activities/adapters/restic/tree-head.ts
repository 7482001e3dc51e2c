import { basename } from 'node:path';
import { z } from 'zod';
import { AdapterError } from '../../ports/adapter-error';
import { snapshotArguments } from './arguments';
import { checkedId } from './read-stream';
import type { Restic } from './restic';

export interface TreeHead {
  readonly treeId: string;
  /** Of the one folder in it. */
  readonly name: string;
}

const schema = z.object({
  tree: z.string().regex(/^[0-9a-f]{64}$/),
  paths: z.array(z.string()).length(1),
});

/** Throws: PreconditionFailed (no such snapshot) · VerificationFailed (it holds no tree of a folder) */
export async function readTreeHead(
  restic: Restic,
  snapshotId: string,
  signal: AbortSignal,
): Promise<TreeHead> {
  const output = await restic.run({
    args: snapshotArguments(checkedId(snapshotId)),
    attempted: `Reading snapshot ${snapshotId} of ${restic.name}`,
    signal,
    wasSeen: true,
  });
  const { data } = schema.safeParse(JSON.parse(output));
  const [path = ''] = data?.paths ?? [];
  if (data !== undefined && path !== '') return { treeId: data.tree, name: basename(path) };
  const text = `Snapshot ${snapshotId} in ${restic.name} does not hold one folder`;
  throw new AdapterError('VerificationFailed', text, {
    advice: 'Restore an older recovery point: `pawl points` lists them.',
  });
}
