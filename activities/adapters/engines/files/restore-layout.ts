import type { RestoreTarget } from '../../../../workflows/model/restore-target';
import type { FolderAccess } from './folder-access';

/**
 * The folders of a restore. All are on one file system, so that entries move between them by rename.
 *
 * | present            | means |
 * | beside             | restored, or being restored; while `swap` runs, what was in `into` moves to `keep` |
 * | swapping           | all of it has moved; what was restored moves from here to `into` |
 * | neither, and keep  | swapped |
 * | dropping           | undone: what is in `keep` moves back to `into` |
 */
export interface RestoreLayout {
  readonly into: string;
  /** Nobody but the worker's user may enter it, whatever the mode of what is restored in it. */
  readonly beside: string;
  /** In `beside`: what is restored. */
  readonly tree: string;
  readonly swapping: string;
  readonly swappingTree: string;
  readonly dropping: string;
  /** What an undone swap takes out of `into`. */
  readonly dropped: string;
  readonly keep: string;
  /** Inside `keep`: there was no `into`. */
  readonly absent: string;
  /** Inside `keep`: what stays in `into`; see `staying.ts`. */
  readonly staying: string;
}

/** In `beside`. */
export const TREE = '.pawl_tree';

/**
 * The layout that a step of a restore goes on with. Whether there is room beside the folder may change between two steps
 * (something is mounted on it, its parent is made read-only): where an earlier step has built, the later ones look.
 */
export async function findLayout(
  access: FolderAccess,
  into: string,
  target: RestoreTarget,
): Promise<RestoreLayout> {
  const inside = await access.mustStayInside(into);
  const usual = restoreLayout(into, target, inside);
  if (!access.hasNeighbours || (await isBegun(access, usual))) return usual;
  const other = restoreLayout(into, target, !inside);
  return (await isBegun(access, other)) ? other : usual;
}

async function isBegun(
  access: FolderAccess,
  { beside, swapping, dropping, keep }: RestoreLayout,
): Promise<boolean> {
  for (const folder of [beside, swapping, dropping, keep]) {
    if ((await access.identity(folder)) !== undefined) return true;
  }
  return false;
}

/** `inside`: whether they must be in `into` itself, hidden, and not beside it. */
function restoreLayout(into: string, target: RestoreTarget, inside: boolean): RestoreLayout {
  const base = inside ? `${into === '/' ? '' : into}/.pawl` : into;
  const beside = base + target.besideSuffix;
  const keep = base + target.keepSuffix;
  return {
    into,
    beside,
    tree: `${beside}/${TREE}`,
    swapping: `${beside}.swapping`,
    swappingTree: `${beside}.swapping/${TREE}`,
    dropping: `${beside}.dropping`,
    dropped: `${beside}.dropped`,
    keep,
    absent: `${keep}/.pawl_absent`,
    staying: `${keep}/.pawl_staying`,
  };
}
