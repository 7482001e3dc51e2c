import { lstat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { ContentDigest } from '../../../../workflows/model/recovery-point';
import type { RestoreTarget } from '../../../../workflows/model/restore-target';
import type { FilesEntry } from '../../../../workflows/model/stack';
import { AdapterError } from '../../../ports/adapter-error';
import type { Attempt } from '../../../ports/attempt';
import type { CommandRunner } from '../../../ports/command-runner';
import type { Containers } from '../../../ports/containers';
import type { Engine } from '../../../ports/engine';
import type { OwnFolder, Site } from '../../../ports/site';
import { findTar } from './find-tar';
import { framesOf, inFrame } from './frames';
import { hostPlace } from './host-place';
import { observeFolder } from './observe-folder';
import { observeFolderTarget } from './observe-folder-target';
import { packFolder } from './pack-folder';
import type { Place } from './place';
import { findLayout, type RestoreLayout } from './restore-layout';
import { refuseNeeded } from './refuse-needed';
import { servicePlace } from './service-place';
import { isOwnPath } from './staying';
import { assertOwn, swapBackEntries, swapEntries } from './swap-entries';
import { digestKind } from './tree-digest';
import { unpackFolder } from './unpack-folder';

export interface FilesEngineTools {
  readonly hostRunner: CommandRunner;
  readonly containers: Containers;
  /** Of the host, besides those of the site: nothing is restored there. */
  readonly ownFolders?: readonly OwnFolder[];
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
  ownFolders = [],
}: FilesEngineTools): Engine<FilesEntry> {
  async function placeOf(site: Site, entry: FilesEntry, { signal }: Attempt): Promise<Place> {
    if (entry.service !== undefined) {
      return servicePlace(await containers.runner(site, entry.service), signal);
    }
    return hostPlace(hostRunner, signal, await ownerOf(site.directory));
  }

  async function open(site: Site, entry: FilesEntry, attempt: Attempt, path: string) {
    const place = await placeOf(site, entry, attempt);
    return { place, resolved: await place.resolve(absolute(site, entry, path)) };
  }

  async function openTarget(
    site: Site,
    entry: FilesEntry,
    target: RestoreTarget,
    attempt: Attempt,
  ) {
    const { place, resolved } = await open(site, entry, attempt, target.into);
    if (resolved.untrusted !== undefined) throw untrustedLink(resolved.path, resolved.untrusted);
    return { place, layout: await findLayout(place, resolved.path, target) };
  }

  return {
    kind: 'files',

    async observe(site, entry, attempt) {
      const { place, resolved } = await open(site, entry, attempt, entry.path);
      return observeFolder(place, resolved, entry);
    },

    async dump(site, entry, part, attempt) {
      const { place, resolved } = await open(site, entry, attempt, part.source);
      const tar = await findTar(place);
      return packFolder(place, { folder: resolved.path, exclude: entry.exclude, tar }, attempt);
    },

    async observeTarget(site, entry, _part, target, attempt) {
      const { place, layout } = await openTarget(site, entry, target, attempt);
      const own = [...ownFolders, ...(site.ownFolders ?? [])];
      await refuseNeeded(place, layout.into, own);
      return observeFolderTarget(place, layout, absolute(site, entry, target.into));
    },

    async prepare(site, entry, _part, target, _surroundings, attempt) {
      const { place, layout } = await openTarget(site, entry, target, attempt);
      await assertNotBegun(place, layout);
      await place.remove(layout.beside);
      await place.makeFolder(dirname(layout.beside));
      await place.makeOwn(layout.beside);
      await place.makeOwn(layout.tree);
      await assertMovable(place, layout);
      return [];
    },

    async receive(site, entry, _part, target, attempt) {
      const { place, layout } = await openTarget(site, entry, target, attempt);
      const tar = await findTar(place);
      await assertOwn(place, layout, layout.beside);
      return unpackFolder(place, { folder: layout.tree, tar }, attempt);
    },

    async digest(site, entry, _part, target, expected, attempt) {
      const { place, layout } = await openTarget(site, entry, target, attempt);
      await assertOwn(place, layout, layout.beside);
      return digestFolder(place, layout.tree, expected, attempt);
    },

    async swap(site, entry, _part, target, attempt) {
      const { place, layout } = await openTarget(site, entry, target, attempt);
      return swapEntries(place, layout, await findTar(place));
    },

    async swapBack(site, entry, _part, target, attempt) {
      const { place, layout } = await openTarget(site, entry, target, attempt);
      await swapBackEntries(place, layout, await findTar(place));
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

/** Whoever owns the stack's folder says what is protected: their symbolic links are meant, too. */
async function ownerOf(directory: string): Promise<readonly number[]> {
  const found = await lstat(directory).catch(() => undefined);
  return found === undefined ? [] : [found.uid];
}

async function digestFolder(
  place: Place,
  folder: string,
  expected: readonly ContentDigest[],
  attempt: Attempt,
): Promise<readonly ContentDigest[]> {
  const tar = await findTar(place);
  const request = { folder, exclude: [], tar, digest: digestKind(expected) };
  const source = await packFolder(place, request, attempt);
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

/** Before hours of copying, and not only before the swap. */
async function assertMovable(place: Place, { into, beside }: RestoreLayout): Promise<void> {
  const staying = (await place.mountsInside(into)).filter((path) => !isOwnPath(path));
  for (const frame of framesOf(staying)) {
    await place.assertMovable(inFrame(into, frame), beside, frame);
  }
}

function untrustedLink(folder: string, link: string): AdapterError {
  const text = `${link} is a symbolic link that others than root, the worker's user and the owner of the stack's folder can change, so nothing is restored by that name`;
  const advice = `If ${folder} is meant, name it in the stack file (or with --into).`;
  return new AdapterError('PreconditionFailed', text, { advice });
}
