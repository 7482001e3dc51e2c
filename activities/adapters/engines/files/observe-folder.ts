import { folderSource, type FilesEntry } from '../../../../workflows/model/stack';
import type { EngineObservation } from '../../../ports/engine';
import { AdapterError } from '../../../ports/adapter-error';
import { databaseNotes } from './find-databases';
import { findTar } from './find-tar';
import type { TarProgram } from './tar-commands';
import { measureFolder } from './measure-folder';
import { leftOut } from './own-databases';
import { noFolder, notKeptBy } from './pack-folder';
import { isOwnPath } from './staying';
import { nameOfHolder, type FolderAccess } from './folder-access';
import { requirePrograms } from './service-access';

/** Named in a sentence. */
const MOUNTS_NAMED = 5;

/** Throws: PreconditionFailed (no such folder, missing programs) · CredentialsRejected (may not be read) */
export async function observeFolder(
  access: FolderAccess,
  { path: folder, untrusted }: Awaited<ReturnType<FolderAccess['resolve']>>,
  entry: FilesEntry,
): Promise<EngineObservation> {
  if (entry.service !== undefined) await requirePrograms(access);
  if ((await access.identity(folder)) === undefined) {
    throw (await isTaken(access, folder)) ? notAFolder(access, folder) : noFolder(access, folder);
  }
  const tar = await findTar(access);
  const exclude = leftOut(entry);
  assertCanExclude(access, tar, entry);
  const size = await measureFolder(access, { folder, exclude, tar });
  const part = {
    name: entry.name,
    entry: entry.name,
    engine: entry.engine,
    kind: 'directory' as const,
    source: folderSource(entry),
  };
  return {
    entry: entry.name,
    engine: entry.engine,
    version: tar.version,
    parts: [{ part, expectedBytes: size.bytes }],
    notes: [
      ...(untrusted === undefined ? [] : [untrustedNote(entry, folder, untrusted)]),
      ...excludedNote(entry),
      ...(await mountNotes(access, folder)),
      ...(await databaseNotes(access, folder, exclude)),
      ...notKeptBy(tar),
      ...(size.counted ? [] : [`${folder} has too many files to count them all beforehand.`]),
      ...(access.asRoot ? [] : ['The worker is not root: owners of files cannot be restored.']),
    ],
  };
}

/** What is mounted in a folder, in words: `cache and config.ini are mounted in /site`. Undefined when nothing is. */
export async function mountedIn(access: FolderAccess, folder: string): Promise<string | undefined> {
  const names = (await access.mountsInside(folder)).filter((path) => !isOwnPath(path));
  const [first] = names;
  if (first === undefined) return undefined;
  const shown = names.slice(0, MOUNTS_NAMED);
  const more = names.length > MOUNTS_NAMED ? ` and ${names.length - MOUNTS_NAMED} more` : '';
  return `${shown.join(', ')}${more} ${names.length === 1 ? 'is' : 'are'} mounted in ${folder}`;
}

async function mountNotes(access: FolderAccess, folder: string): Promise<string[]> {
  const mounted = await mountedIn(access, folder);
  if (mounted === undefined) return [];
  return [
    `${mounted}: saved with it, but a restore to the same place leaves what is mounted as it is. ` +
      'Protect it by an entry of its own to restore it in its place.',
  ];
}

/** By a file, say: it can neither be saved as a folder nor be replaced by one. */
export async function isTaken({ runner, options }: FolderAccess, path: string): Promise<boolean> {
  const argv = ['stat', '-c', '%F', path];
  const { exit } = await runner.run(argv, { ...options, accept: [1] });
  return exit.code === 0;
}

function notAFolder(access: FolderAccess, path: string): AdapterError {
  const text = `${path} on ${nameOfHolder(access)} is not a folder`;
  return new AdapterError('PreconditionFailed', text, {
    advice: 'Name the folder that holds it as `path` in the stack file.',
  });
}

function untrustedNote({ path }: FilesEntry, folder: string, untrusted: string): string {
  return `${path} is reached by a symbolic link that others can change (${untrusted}): ${folder} is saved, but not restored to by that name. Name it in the stack file.`;
}

function excludedNote({ name, exclude }: FilesEntry): string[] {
  if (exclude.length === 0) return [];
  return [`What matches ${exclude.join(', ')} in ${name} is in no recovery point.`];
}

function assertCanExclude(
  access: FolderAccess,
  tar: TarProgram,
  { name, exclude, databases = [] }: FilesEntry,
): void {
  if (tar.canExclude || exclude.length + databases.length === 0) return;
  const text = `${tar.version} in ${access.runner.location} cannot exclude files, which ${name} requires`;
  const advice = 'Remove `exclude` and entries of databases in it, or put GNU tar into the image.';
  throw new AdapterError('PreconditionFailed', text, { advice });
}
