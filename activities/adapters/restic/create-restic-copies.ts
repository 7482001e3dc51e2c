import type { OpenCopyWay } from '../../ports/copies';
import { copySnapshots } from './copy-snapshots';
import { initialise } from './initialise';
import { Restic, type ResticOptions } from './restic';

/** `CopyWay` by the restic program. */
export function createResticCopies(options: ResticOptions): OpenCopyWay {
  return (site, ownDescription, copyDescription) => {
    const own = new Restic(options, site, ownDescription);
    const copy = new Restic(options, site, copyDescription);
    return {
      initialise: ({ signal }) => initialise(copy, signal, own),
      copySnapshots: (snapshots, attempt) => copySnapshots({ own, copy }, snapshots, attempt),
    };
  };
}
