import type { ObservedRetention, PointFacts } from '../../workflows/model/retention';

/** A whole point of everything that nothing else is to be said of. */
export function describePointFacts(takenAt: string, change: Partial<PointFacts> = {}): PointFacts {
  return {
    ...{ id: takenAt, run: `melvin/${takenAt}`, runKey: takenAt, takenAt },
    ...{ entries: ['accounts'], partial: false, missing: 0, storedBytes: 100 },
    ...{ inUse: false, isOnlyCopy: false },
    ...change,
  };
}

/** What is seen of a repository that has these points, and never was read. */
export function describeRetention(change: Partial<ObservedRetention> = {}): ObservedRetention {
  return {
    ...{ repositoryId: 'ab'.repeat(32), points: [], notSeen: 0, unreadable: 0, strays: 0 },
    readings: [],
    ...change,
  };
}
