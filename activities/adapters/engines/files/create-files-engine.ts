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
import { digestStored } from './digest-stored';
import { hostAccess } from './host-access';
import { findHostPlace, type HostPlace } from './host-place';
import { observeFolder } from './observe-folder';
import { observeFolderTarget } from './observe-folder-target';
import { keepingDatabases, leftOut, stayingNotes } from './own-databases';
import { packFolder } from './pack-folder';
import type { FolderAccess } from './folder-access';
import { findLayout, TREE, type RestoreLayout } from './restore-layout';
import { refuseNeeded } from './refuse-needed';
import { serviceAccess } from './service-access';
import { isOwnPath } from './staying';
import { assertOwn, swapBackEntries, swapEntries } from './swap-entries';
import { digestKind, type DigestKind } from './tree-digest';
import { treeSink, treeSource } from './tree-places';
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
 * Saves a folder of the host, or of a service's container: file by file where the worker reaches it on the host, else as one
 * tar stream.
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
  async function accessOf({ site, entry, attempt: { signal } }: Call): Promise<FolderAccess> {
    if (entry.service !== undefined) {
      return serviceAccess(await containers.runner(site, entry.service), signal);
    }
    return hostAccess(hostRunner, signal, await ownerOf(site.directory));
  }

  async function open(call: Call, path: string) {
    const access = await accessOf(call);
    return { access, resolved: await access.resolve(absolute(call, path)) };
  }

  /** The same folder as the worker itself reaches it. */
  async function onHost(
    { site, entry }: Pick<Call, 'site' | 'entry'>,
    access: FolderAccess,
    path: string,
  ): Promise<HostPlace | undefined> {
    if (entry.service === undefined) return { access, path };
    const mounts = await containers.mounts(site, entry.service);
    return findHostPlace(access, path, mounts, hostRunner);
  }

  /** What `prepare` has made, on the host. */
  async function placeOnHost(call: TargetCall) {
    const { access, layout } = await openTarget(call);
    await assertOwn(access, layout, layout.beside);
    const place = await onHost(call, access, layout.beside);
    if (place === undefined) throw unreachable(layout);
    if ((await findTar(place.access)).kind !== 'gnu') throw withoutGnuTar(layout);
    return place;
  }

  async function openTarget({ target, ...call }: TargetCall) {
    const { access: whole, resolved } = await open(call, target.into);
    if (resolved.untrusted !== undefined) throw untrustedLink(resolved.path, resolved.untrusted);
    const access = keepingDatabases(whole, resolved.path, call.entry);
    return { access, whole, layout: await findLayout(access, resolved.path, target) };
  }

  return {
    kind: 'files',

    async observe(call) {
      const { access, resolved } = await open(call, call.entry.path);
      return observeFolder(access, resolved, call.entry);
    },

    async dump(call) {
      const { access, resolved } = await open(call, call.part.source);
      const tar = await findTar(access);
      const exclude = leftOut(call.entry);
      return packFolder(access, { folder: resolved.path, exclude, tar }, call.attempt);
    },

    async observeTarget(call) {
      const { whole, layout } = await openTarget(call);
      const own = [...ownFolders, ...(call.site.ownFolders ?? [])];
      await refuseNeeded(whole, layout.into, own);
      const observed = await observeFolderTarget(whole, layout, absolute(call, call.target.into));
      return { ...observed, notes: [...(observed.notes ?? []), ...stayingNotes(call.entry)] };
    },

    async prepare(call) {
      const { access, layout } = await openTarget(call);
      await assertNotBegun(access, layout);
      await access.remove(layout.beside);
      await access.makeFolder(dirname(layout.beside));
      await access.makeOwn(layout.beside);
      await access.makeOwn(layout.tree);
      await assertMovable(access, layout);
      return [];
    },

    async receive(call) {
      const { access, layout } = await openTarget(call);
      const tar = await findTar(access);
      await assertOwn(access, layout, layout.beside);
      return unpackFolder(access, { folder: layout.tree, tar }, call.attempt);
    },

    async digest(call) {
      const kind = digestKind(call.expected);
      if (kind === 'tree') {
        const { access, path } = await placeOnHost(call);
        return digestFolder(access, `${path}/${TREE}`, kind, call.attempt);
      }
      const { access, layout } = await openTarget(call);
      await assertOwn(access, layout, layout.beside);
      return digestFolder(access, layout.tree, kind, call.attempt);
    },

    trees: {
      async source(call) {
        const { access, resolved } = await open(call, call.part.source);
        if ((await access.identity(resolved.path)) === undefined) return undefined;
        const place = await onHost(call, access, resolved.path);
        return place && treeSource(place, leftOut(call.entry));
      },
      sink: async (call) => treeSink(await placeOnHost(call)),
      digest: digestStored,
    },

    async swap(call) {
      const { access, layout } = await openTarget(call);
      return swapEntries(access, layout, await findTar(access));
    },

    async swapBack(call) {
      const { access, layout } = await openTarget(call);
      await swapBackEntries(access, layout, await findTar(access));
    },

    async discardBeside(call) {
      const { access, layout } = await openTarget(call);
      await access.remove(layout.beside);
    },

    async discardKept(call) {
      const { access, layout } = await openTarget(call);
      await access.remove(layout.keep);
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
  access: FolderAccess,
  folder: string,
  digest: DigestKind,
  attempt: Attempt,
): Promise<readonly ContentDigest[]> {
  const tar = await findTar(access);
  const request = { folder, exclude: [], tar, digest };
  const source = await packFolder(access, request, attempt);
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
async function assertNotBegun(access: FolderAccess, layout: RestoreLayout): Promise<void> {
  for (const folder of [layout.keep, layout.swapping, layout.dropping]) {
    if ((await access.identity(folder)) === undefined) continue;
    const text = `${folder} is there already, from a restore that was not ended`;
    const advice = `Look into it, then move it away or remove it, and run the restore again.`;
    throw new AdapterError('PreconditionFailed', text, { advice });
  }
}

/** Before hours of copying, and not only before the swap. */
async function assertMovable(access: FolderAccess, { into, beside }: RestoreLayout): Promise<void> {
  const staying = (await access.mountsInside(into)).filter((path) => !isOwnPath(path));
  for (const frame of framesOf(staying)) {
    await access.assertMovable(inFrame(into, frame), beside, frame);
  }
}

function untrustedLink(folder: string, link: string): AdapterError {
  const text = `${link} is a symbolic link that others than root, the worker's user and the owner of the stack's folder can change, so nothing is restored by that name`;
  const advice = `If ${folder} is meant, name it in the stack file (or with --into).`;
  return new AdapterError('PreconditionFailed', text, { advice });
}

const FROM_THE_HOST =
  'Restore it with --into a folder of this host, or of a volume or bind mount that lies on it; the worker must be root.';

function unreachable({ into }: RestoreLayout): AdapterError {
  const text = `${into} is in a container, where the worker does not reach it from the host, and the part was saved file by file`;
  return new AdapterError('PreconditionFailed', text, { advice: FROM_THE_HOST });
}

function withoutGnuTar({ into }: RestoreLayout): AdapterError {
  const text = `What is restored to ${into} could not be proved: this host has no GNU tar`;
  return new AdapterError('PreconditionFailed', text, { advice: 'Install GNU tar on the host.' });
}
