import type { OpenRepository } from '../../ports/repository';
import { findStream } from './find-stream';
import { initialise } from './initialise';
import { lastSizes } from './last-sizes';
import { repositoryLocation } from './location';
import { locateParts } from './locate-parts';
import { listRecoveryPoints, readManifest, storeManifest } from './manifests';
import { findMissingParts } from './missing-parts';
import { probe } from './probe';
import { readStream } from './read-stream';
import { Restic, type ResticOptions } from './restic';
import { storeStream } from './store-stream';

/** `Repository` by the restic program. */
export function createResticRepositories(options: ResticOptions): OpenRepository {
  return (site, description) => {
    const restic = new Restic(options, site, description);
    const { folder } = repositoryLocation(description.url, site.directory);
    return {
      ...(folder === undefined ? {} : { folder }),
      probe: ({ signal }) => probe(restic, signal),
      initialise: ({ signal }) => initialise(restic, signal),
      storeStream: (upload) => storeStream(restic, upload),
      findStream: (label, receipt, attempt) => findStream(restic, label, receipt, attempt),
      readStream: (snapshotId, path, attempt) => readStream(restic, snapshotId, path, attempt),
      storeManifest: (manifest, attempt) => storeManifest(restic, manifest, attempt),
      listRecoveryPoints: (stack, attempt) => listRecoveryPoints(restic, stack, attempt),
      lastSizes: (stack, attempt) => lastSizes(restic, stack, attempt),
      findMissingParts: (points, attempt) => findMissingParts(restic, points, attempt),
      readManifest: (pointId, attempt) => readManifest(restic, pointId, attempt),
      locateParts: (manifest, attempt) => locateParts(restic, manifest, attempt),
    };
  };
}
