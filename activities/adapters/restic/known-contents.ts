import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Restic } from './restic';

/** Of more snapshots than these no list is kept: it would be megabytes. */
const MOST_SNAPSHOTS = 10_000;

type Sizes = Readonly<Record<string, number>>;

/** A local repository as it lies there: what its folder shows without its key. */
export interface Seen {
  readonly folder: string;
  /** Of its configuration, its keys, and the password at hand. */
  readonly mark: string;
  /** Ids of all its snapshots: their files bear them as names, and never change. */
  readonly snapshots: ReadonlySet<string>;
}

interface Known {
  readonly mark: string;
  readonly snapshots: Set<string>;
  readonly sizes: Map<string, Sizes>;
}

/**
 * What this process has learned of local repositories, and added to them. Where a folder shows just that, and the password is
 * the one that opened it, a look before a backup need not open it again, which takes half a second of CPU. For that look
 * alone: the backup behind it opens the repository twice, and what is listed, read and proved is asked of restic.
 */
export class KnownContents {
  private readonly known = new Map<string, Known>();

  recall(seen: Seen, stack: string): Sizes | undefined {
    return this.asSeen(seen)?.sizes.get(stack);
  }

  /** `seen` before restic was asked: what came after it is unknown. */
  learn(seen: Seen, stack: string, sizes: Sizes): void {
    const { folder, mark, snapshots } = seen;
    if (snapshots.size > MOST_SNAPSHOTS) {
      this.known.delete(folder);
      return;
    }
    const { sizes: others } = this.asSeen(seen) ?? { sizes: new Map<string, Sizes>() };
    others.set(stack, sizes);
    this.known.set(folder, { mark, snapshots: new Set(snapshots), sizes: others });
  }

  /** This process has stored a snapshot of a stack there: a part's, or a manifest. */
  stored(
    folder: string | undefined,
    stack: string,
    { snapshotId, sizes = {} }: { readonly snapshotId: string; readonly sizes?: Sizes },
  ): void {
    const known = folder === undefined ? undefined : this.known.get(folder);
    if (known === undefined) return;
    known.snapshots.add(snapshotId);
    const before = known.sizes.get(stack);
    if (before !== undefined) known.sizes.set(stack, { ...before, ...sizes });
  }

  private asSeen({ folder, mark, snapshots }: Seen): Known | undefined {
    const known = this.known.get(folder);
    const isSame = known?.mark === mark && known.snapshots.size === snapshots.size;
    return isSame && [...snapshots].every((id) => known.snapshots.has(id)) ? known : undefined;
  }
}

/** Undefined of what lies elsewhere, or is no repository. */
export async function see(restic: Restic): Promise<Seen | undefined> {
  const { folder } = restic.location;
  if (folder === undefined) return undefined;
  try {
    const [config, keys, snapshots] = await Promise.all([
      stat(join(folder, 'config'), { bigint: true }),
      readdir(join(folder, 'keys')),
      readdir(join(folder, 'snapshots')),
    ]);
    const { dev, ino, size, mtimeNs, ctimeNs } = config;
    const hash = createHash('sha256').update(await restic.password());
    for (const fact of [dev, ino, size, mtimeNs, ctimeNs, ...keys.sort()]) hash.update(`\n${fact}`);
    return { folder, mark: hash.digest('hex'), snapshots: new Set(snapshots) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
