import type { Scratch, ScratchPlaces } from '../../../activities/ports/scratch';
import type { ScratchPlace } from '../../../workflows/model/scratch';

export interface InMemoryScratch extends Scratch {
  /** What is there: `<run key>/<entry>` each. */
  readonly there: Set<string>;
}

export function createInMemoryScratch(freeBytes = 1024 ** 4): InMemoryScratch {
  const there = new Set<string>();
  const placesOf = (place: (entry: string) => ScratchPlace): ScratchPlaces => ({
    observe: ({ entry }) =>
      Promise.resolve({ place: `a scratch place for ${entry.name}`, disk: 'memory', freeBytes }),
    open: ({ entry, runKey }) => {
      there.add(`${runKey}/${entry.name}`);
      return Promise.resolve(place(entry.name));
    },
    sweep: (runKey) => {
      for (const one of there) if (one.startsWith(`${runKey}/`)) there.delete(one);
      return Promise.resolve();
    },
    sweepOlderThan: () => Promise.resolve(),
  });
  return {
    there,
    container: placesOf(() => ({ kind: 'container' })),
    cluster: placesOf((entry) => ({ kind: 'cluster', folder: `/scratch/${entry}`, port: 5432 })),
    folder: placesOf((entry) => ({ kind: 'folder', path: `/scratch/${entry}` })),
  };
}
