import type { Descriptions } from '../../../activities/ports/descriptions';
import type { StackDescription } from '../../../workflows/model/stack';

/** `Descriptions` for tests of what stands above them. */
export function createInMemoryDescriptions(): Descriptions {
  const kept = new Map<string, StackDescription>();
  return {
    keep: (hash, description) => {
      kept.set(hash, description);
      return Promise.resolve();
    },
    find: (hash) => Promise.resolve(kept.get(hash)),
  };
}
