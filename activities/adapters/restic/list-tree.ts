import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { StoredNode } from '../../../workflows/model/recovery-point';
import { AdapterError } from '../../ports/adapter-error';
import type { Attempt } from '../../ports/attempt';
import { treeListArguments } from './arguments';
import { checkedId } from './read-stream';
import type { Restic } from './restic';
import { readTreeHead } from './tree-head';

const nodeSchema = z.object({
  struct_type: z.literal('node'),
  type: z.string(),
  path: z.string(),
  size: z.number().default(0),
  mtime: z.string(),
});

/**
 * What is in one folder of a stored tree, or the one file of that path. Read line by line: it may have millions.
 * Shape:  snapshot, path relative to the folder → { nodes (the first `most`), more }
 * Retry:  safe; reads only, without a lock
 * Throws: PreconditionFailed (no such path)
 */
export async function listTree(
  restic: Restic,
  at: { readonly snapshotId: string; readonly path: string; readonly most: number },
  { signal }: Attempt,
): Promise<{ readonly nodes: readonly StoredNode[]; readonly more: number }> {
  const { name } = await readTreeHead(restic, checkedId(at.snapshotId), signal);
  const path = plainPath(at.path);
  // restic would tidy it up, and list what lies around the folder.
  if (path.split('/').includes('..')) throw noSuchPath(at.snapshotId, path);
  const [root, folder] = [`/${name}`, path === '' ? `/${name}` : `/${name}/${path}`];
  const running = await restic.start(
    {
      args: treeListArguments(at.snapshotId, folder),
      attempted: `Listing ${path} of snapshot ${at.snapshotId} in ${restic.name}`,
      signal,
    },
    { patience: 'none', stdin: 'ignore' },
  );
  const nodes: StoredNode[] = [];
  let seen = 0;
  for await (const line of createInterface({ input: running.stdout })) {
    const node = nodeSchema.safeParse(JSON.parse(line)).data;
    if (node === undefined) continue;
    seen += 1;
    if (node.path === folder && node.type === 'dir') continue;
    const { type: kind, size: bytes, mtime: modifiedAt } = node;
    const relative = node.path.slice(root.length + 1);
    if (nodes.length < at.most) nodes.push({ path: relative, kind, bytes, modifiedAt });
  }
  await running.ended();
  if (seen === 0) throw noSuchPath(at.snapshotId, path);
  const listed = nodes[0]?.path === path ? seen : seen - 1;
  return { nodes, more: listed - nodes.length };
}

/** Without what means nothing in a path. */
function plainPath(path: string): string {
  return path
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .join('/');
}

function noSuchPath(snapshotId: string, path: string): AdapterError {
  const text = `Snapshot ${snapshotId} has nothing at ${JSON.stringify(path)}`;
  const advice =
    'Paths are relative to the folder: `pawl points ls POINT PART` lists what is in it.';
  return new AdapterError('PreconditionFailed', text, { advice });
}
