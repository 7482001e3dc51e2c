import { resolve } from 'node:path';
import type { ContentDigest } from '../../../workflows/model/recovery-point';
import type { RestoreTarget } from '../../../workflows/model/restore-target';
import type { FilesEntry } from '../../../workflows/model/stack';
import { AdapterError } from '../../adapter-error';
import type { Attempt, CommandRunner, Containers, Engine, Site } from '../../ports';
import { hostPlace } from './host-place';
import { measureFolder } from './measure-folder';
import { observeFolder } from './observe-folder';
import { packFolder } from './pack-folder';
import type { Place } from './place';
import { findLayout, type RestoreLayout } from './restore-layout';
import { servicePlace } from './service-place';
import { swapBackEntries, swapEntries } from './swap-entries';
import { findTar } from './find-tar';
import { unpackFolder } from './unpack-folder';

export interface FilesEngineTools {
  readonly hostRunner: CommandRunner;
  readonly containers: Containers;
}

/**
 * Saves a folder of the host, or of a service's container, as one tar stream.
 *
 * A restore builds the tree in a neighbouring folder, or inside the folder under a hidden name where the neighbour would
 * be on another file system (services, mount points), and moves entries by rename: the folder itself stays the same.
 * After `swap` the kept folder is there even when it is empty: call `discardKept` whatever `swap` returned.
 */
export function createFilesEngine({
  hostRunner,
  containers,
}: FilesEngineTools): Engine<FilesEntry> {
  async function placeOf(site: Site, entry: FilesEntry, { signal }: Attempt): Promise<Place> {
    if (entry.service === undefined) return hostPlace(hostRunner, signal);
    return servicePlace(await containers.runner(site, entry.service), signal);
  }

  async function open(site: Site, entry: FilesEntry, attempt: Attempt, path: string) {
    const place = await placeOf(site, entry, attempt);
    return { place, folder: await place.resolve(absolute(site, entry, path)) };
  }

  async function openTarget(
    site: Site,
    entry: FilesEntry,
    target: RestoreTarget,
    attempt: Attempt,
  ) {
    const { place, folder } = await open(site, entry, attempt, target.into);
    return { place, layout: await findLayout(place, folder, target) };
  }

  return {
    kind: 'files',

    async observe(site, entry, attempt) {
      const { place, folder } = await open(site, entry, attempt, entry.path);
      return observeFolder(place, folder, entry);
    },

    async dump(site, entry, part, attempt) {
      const { place, folder } = await open(site, entry, attempt, part.source);
      const tar = await findTar(place);
      return packFolder(place, { folder, exclude: entry.exclude, tar }, attempt);
    },

    async observeTarget(site, entry, _part, target, attempt) {
      const { place, layout } = await openTarget(site, entry, target, attempt);
      const tar = await findTar(place);
      const exists = await place.holdsEntries(layout.into);
      const request = { folder: layout.into, exclude: [], tar };
      const { bytes } = exists ? await measureFolder(place, request) : { bytes: 0 };
      const freeBytes = await place.freeBytes(layout.into);
      const free = freeBytes === undefined ? {} : { freeBytes };
      return {
        exists,
        bytes,
        otherSessions: 0,
        version: tar.version,
        keepAs: layout.keep,
        ...free,
      };
    },

    async prepare(site, entry, _part, target, _surroundings, attempt) {
      const { place, layout } = await openTarget(site, entry, target, attempt);
      await assertNotBegun(place, layout);
      await place.remove(layout.beside);
      await place.makeFolder(layout.beside);
      return [];
    },

    async receive(site, entry, _part, target, attempt) {
      const { place, layout } = await openTarget(site, entry, target, attempt);
      const tar = await findTar(place);
      return unpackFolder(place, { folder: layout.beside, tar }, attempt);
    },

    async digest(site, entry, _part, target, _expected, attempt) {
      const { place, layout } = await openTarget(site, entry, target, attempt);
      return digestFolder(place, layout.beside, attempt);
    },

    async swap(site, entry, _part, target, attempt) {
      const { place, layout } = await openTarget(site, entry, target, attempt);
      return swapEntries(place, layout);
    },

    async swapBack(site, entry, _part, target, attempt) {
      const { place, layout } = await openTarget(site, entry, target, attempt);
      await swapBackEntries(place, layout);
    },

    async discardBeside(site, entry, _part, target, attempt) {
      const { place, layout } = await openTarget(site, entry, target, attempt);
      await place.remove(layout.beside);
    },

    async discardKept(site, entry, _part, target, attempt) {
      const { place, layout } = await openTarget(site, entry, target, attempt);
      await place.remove(layout.keep);
    },
  };
}

/** `path` is what the operator wrote: `..` in it is meant. */
function absolute(site: Site, entry: FilesEntry, path: string): string {
  return entry.service === undefined ? resolve(site.directory, path) : resolve('/', path);
}

async function digestFolder(
  place: Place,
  folder: string,
  attempt: Attempt,
): Promise<readonly ContentDigest[]> {
  const tar = await findTar(place);
  const source = await packFolder(place, { folder, exclude: [], tar }, attempt);
  try {
    let bytes = 0;
    for await (const chunk of source.stream)
      attempt.onProgress((bytes += (chunk as Buffer).length));
    return (await source.finish()).contents;
  } finally {
    await source.abort();
  }
}

/** A run's own number names these folders; what an older run of that number left is not for this one to drop. */
async function assertNotBegun(place: Place, layout: RestoreLayout): Promise<void> {
  for (const folder of [layout.keep, layout.swapping, layout.dropping]) {
    if ((await place.identity(folder)) === undefined) continue;
    const text = `${folder} is there already, from a restore that was not ended`;
    const advice = `Look into it, then move it away or remove it, and run the restore again.`;
    throw new AdapterError('PreconditionFailed', text, { advice });
  }
}
