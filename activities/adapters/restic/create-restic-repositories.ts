import type { Manifest } from '../../../workflows/model/recovery-point';
import type { Attempt } from '../../ports/attempt';
import type { OpenRepository } from '../../ports/repository';
import { findStream } from './find-stream';
import { initialise } from './initialise';
import { repositoryLocation } from './location';
import { listTree } from './list-tree';
import { KnownContents } from './known-contents';
import { look, observe } from './look';
import { findManifest, readManifest, storeManifest } from './manifests';
import { probe } from './probe';
import { readStream } from './read-stream';
import { RecentManifest } from './recent-manifest';
import { Restic, type ResticOptions } from './restic';
import { readTree, restoreTree } from './read-tree';
import { storeStream } from './store-stream';
import { findTree, storeTree } from './store-tree';

/** `Repository` by the restic program. */
export function createResticRepositories(options: ResticOptions): OpenRepository {
  const recent = new RecentManifest();
  const known = new KnownContents();
  return (site, description) => {
    const restic = new Restic(options, site, description);
    const { folder, url } = repositoryLocation(description.url, site.directory);
    const read = async (pointId: string, attempt: Attempt): Promise<Manifest> =>
      recent.keep(url, pointId, await readManifest(restic, pointId, attempt));
    return {
      ...(folder === undefined ? {} : { folder }),
      trees: {
        store: async (upload) => {
          const { label } = upload;
          const stored = await storeTree(restic, upload);
          const sizes = { [label.part.name]: stored.receipt.bytes };
          known.stored(folder, label.stack, { snapshotId: stored.snapshotId, sizes });
          return stored;
        },
        find: (label, receipt, attempt) => findTree(restic, label, receipt, attempt),
        read: (snapshotId, attempt) => readTree(restic, snapshotId, attempt),
        list: (snapshotId, path, most, attempt) =>
          listTree(restic, { snapshotId, path, most }, attempt),
        restore: (snapshotId, sink, attempt) => restoreTree(restic, snapshotId, sink, attempt),
      },
      probe: ({ signal }) => probe(restic, signal),
      initialise: ({ signal }) => initialise(restic, signal),
      storeStream: async (upload) => {
        const { label } = upload;
        const stored = await storeStream(restic, upload);
        const sizes = { [label.part.name]: stored.receipt.bytes };
        known.stored(folder, label.stack, { snapshotId: stored.snapshotId, sizes });
        return stored;
      },
      findStream: (label, receipt, attempt) => findStream(restic, label, receipt, attempt),
      readStream: (snapshotId, path, attempt) => readStream(restic, snapshotId, path, attempt),
      storeManifest: async (manifest, attempt) => {
        const { point, snapshotId } = await storeManifest(restic, manifest, attempt);
        known.stored(folder, manifest.stack, { snapshotId });
        return point;
      },
      findManifest: (of, attempt) => findManifest(restic, of, attempt),
      look: (stack, attempt) => look(restic, stack, attempt),
      observe: (stack, attempt) => observe(restic, known, stack, attempt),
      readManifest: read,
      recallManifest: async (pointId, attempt) =>
        recent.recall(url, pointId) ?? (await read(pointId, attempt)),
    };
  };
}
