import type { ListedPoint } from './recovery-point';

/** What a copy lacks of a repository's points. */
export interface Lacking {
  /** Whole in the repository and not in the copy, newest first. */
  readonly points: readonly ListedPoint[];
  /** In neither of them whole: they cannot be copied. */
  readonly broken: readonly ListedPoint[];
}

/**
 * Compares a repository with its copy, by runs: a copy has ids of its own.
 * Shape:  points of one stack in either (newest first), with what is gone of them → what the copy lacks
 */
export function lackingPoints(
  own: readonly ListedPoint[],
  copied: readonly ListedPoint[],
): Lacking {
  const held = new Set(copied.filter(isWhole).map(({ runKey }) => runKey));
  const lacking = own.filter(({ runKey }) => !held.has(runKey));
  return {
    points: lacking.filter(isWhole),
    broken: lacking.filter((point) => !isWhole(point)),
  };
}

function isWhole({ missing }: ListedPoint): boolean {
  return missing === 0;
}
