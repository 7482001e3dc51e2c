import { lstat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { ContentDigest } from '../../../../workflows/model/recovery-point';
import type { FilesEntry } from '../../../../workflows/model/stack';
import { AdapterError } from '../../../ports/adapter-error';
import type { Attempt } from '../../../ports/attempt';
import type { CommandRunner } from '../../../ports/command-runner';
import type { Containers } from '../../../ports/containers';
import type { Engine, EntryCall, RestoreCall } from '../../../ports/engine';
import type { OwnFolder } from '../../../ports/site';
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

type Call = EntryCall<FilesEntry>;
type TargetCall = Omit<RestoreCall<FilesEntry>, 'part'>;

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
  async function placeOf({ site, entry, attempt: { signal } }: Call): Promise<Place> {
    if (entry.service !== undefined) {
      return servicePlace(await containers.runner(site, entry.service), signal);
    }
    return hostPlace(hostRunner, signal, await ownerOf(site.directory));
  }

  async function open(call: Call, path: string) {
    const place = await placeOf(call);
    return { place, resolved: await place.resolve(absolute(call, path)) };
  }

  async function openTarget({ target, ...call }: TargetCall) {
    const { place, resolved } = await open(call, target.into);
    if (resolved.untrusted !== undefined) throw untrustedLink(resolved.path, resolved.untrusted);
    return { place, layout: await findLayout(place, resolved.path, target) };
  }

  return {
    kind: 'files',

    async observe(call) {
      const { place, resolved } = await open(call, call.entry.path);
      return observeFolder(place, resolved, call.entry);
    },

    async dump(call) {
      const { place, resolved } = await open(call, call.part.source);
      const { exclude } = call.entry;
      const tar = await findTar(place);
      return packFolder(place, { folder: resolved.path, exclude, tar }, call.attempt);
    },

    async observeTarget(call) {
      const { place, layout } = await openTarget(call);
      const own = [...ownFolders, ...(call.site.ownFolders ?? [])];
      await refuseNeeded(place, layout.into, own);
      return observeFolderTarget(place, layout, absolute(call, call.target.into));
    },

    async prepare(call) {
      const { place, layout } = await openTarget(call);
      await assertNotBegun(place, layout);
      await place.remove(layout.beside);
      await place.makeFolder(dirname(layout.beside));
      await place.makeOwn(layout.beside);
      await place.makeOwn(layout.tree);
      await assertMovable(place, layout);
      return [];
    },

    async receive(call) {
      const { place, layout } = await openTarget(call);
      const tar = await findTar(place);
      await assertOwn(place, layout, layout.beside);
      return unpackFolder(place, { folder: layout.tree, tar }, call.attempt);
    },

    async digest(call) {
      const { place, layout } = await openTarget(call);
      await assertOwn(place, layout, layout.beside);
      return digestFolder(place, layout.tree, call.expected, call.attempt);
    },

    async swap(call) {
      const { place, layout } = await openTarget(call);
      return swapEntries(place, layout, await findTar(place));
    },

    async swapBack(call) {
      const { place, layout } = await openTarget(call);
      await swapBackEntries(place, layout, await findTar(place));
    },

    async discardBeside(call) {
      const { place, layout } = await openTarget(call);
      await place.remove(layout.beside);
    },

    async discardKept(call) {
      const { place, layout } = await openTarget(call);
      await place.remove(layout.keep);
    },
  };
}

/** `path` is what the operator wrote: `..` in it is meant. */
function absolute({ site, entry }: Omit<Call, 'attempt'>, path: string): string {
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
