import type { ListedPoint } from '../../workflows/model/recovery-point';
import type { Attempt } from '../ports/attempt';
import type { Repository, RepositoryLook } from '../ports/repository';

export interface SeenPoints {
  readonly look: RepositoryLook;
  /** Newest first. */
  readonly points: readonly ListedPoint[];
}

/** Every point that a repository holds of a stack, and what is gone of each. Throws: as the repository */
export async function lookAtPoints(
  repository: Repository,
  stack: string,
  attempt: Attempt,
): Promise<SeenPoints> {
  const look = await repository.look(stack, attempt);
  const { points } = look.found;
  const missing = await look.findMissingParts(points);
  return {
    look,
    points: points.map((point) => {
      const { missing: gone = 0, missingParts = [] } = missing.get(point.id) ?? {};
      return { ...point, missing: gone, missingParts };
    }),
  };
}
