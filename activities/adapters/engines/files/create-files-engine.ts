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
import { hostAccess } from './host-access';
import { observeFolder } from './observe-folder';
import { observeFolderTarget } from './observe-folder-target';
import { databasePatterns, keepingDatabases, stayingNotes } from './own-databases';
import { packFolder } from './pack-folder';
import type { FolderAccess } from './folder-access';
import { findLayout, type RestoreLayout } from './restore-layout';
import { refuseNeeded } from './refuse-needed';
import { serviceAccess } from './service-access';
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
      const exclude = [...call.entry.exclude, ...databasePatterns(call.entry)];
      const tar = await findTar(access);
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
      const { access, layout } = await openTarget(call);
      await assertOwn(access, layout, layout.beside);
      return digestFolder(access, layout.tree, call.expected, call.attempt);
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
  expected: readonly ContentDigest[],
  attempt: Attempt,
): Promise<readonly ContentDigest[]> {
  const tar = await findTar(access);
  const request = { folder, exclude: [], tar, digest: digestKind(expected) };
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
