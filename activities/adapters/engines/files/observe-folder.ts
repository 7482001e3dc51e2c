import { folderSource, type FilesEntry } from '../../../../workflows/model/stack';
import type { EngineObservation } from '../../../ports/engine';
import { AdapterError } from '../../../ports/adapter-error';
import { findTar } from './find-tar';
import type { TarProgram } from './tar-commands';
import { measureFolder } from './measure-folder';
import { noFolder, notKeptBy } from './pack-folder';
import { isOwnPath } from './staying';
import { placeName, type Place } from './place';
import { requirePrograms } from './service-place';

/** Named in a sentence. */
const MOUNTS_NAMED = 5;

/** Throws: PreconditionFailed (no such folder, missing programs) · CredentialsRejected (may not be read) */
export async function observeFolder(
  place: Place,
  { path: folder, untrusted }: Awaited<ReturnType<Place['resolve']>>,
  entry: FilesEntry,
): Promise<EngineObservation> {
  if (entry.service !== undefined) await requirePrograms(place);
  if ((await place.identity(folder)) === undefined) {
    throw (await isTaken(place, folder)) ? notAFolder(place, folder) : noFolder(place, folder);
  }
  const tar = await findTar(place);
  assertCanExclude(place, tar, entry);
  const size = await measureFolder(place, { folder, exclude: entry.exclude, tar });
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
      ...(await mountNotes(place, folder)),
      ...notKeptBy(tar),
      ...(size.counted ? [] : [`${folder} has too many files to count them all beforehand.`]),
      ...(place.asRoot ? [] : ['The worker is not root: owners of files cannot be restored.']),
    ],
  };
}

/** What is mounted in a folder, in words: `cache and config.ini are mounted in /site`. Undefined when nothing is. */
export async function mountedIn(place: Place, folder: string): Promise<string | undefined> {
  const names = (await place.mountsInside(folder)).filter((path) => !isOwnPath(path));
  const [first] = names;
  if (first === undefined) return undefined;
  const shown = names.slice(0, MOUNTS_NAMED);
  const more = names.length > MOUNTS_NAMED ? ` and ${names.length - MOUNTS_NAMED} more` : '';
  return `${shown.join(', ')}${more} ${names.length === 1 ? 'is' : 'are'} mounted in ${folder}`;
}

async function mountNotes(place: Place, folder: string): Promise<string[]> {
  const mounted = await mountedIn(place, folder);
  if (mounted === undefined) return [];
  return [
    `${mounted}: saved with it, but a restore to the same place leaves what is mounted as it is. ` +
      'Protect it by an entry of its own to restore it in its place.',
  ];
}

/** By a file, say: it can neither be saved as a folder nor be replaced by one. */
export async function isTaken({ runner, options }: Place, path: string): Promise<boolean> {
  const argv = ['stat', '-c', '%F', path];
  const { exit } = await runner.run(argv, { ...options, accept: [1] });
  return exit.code === 0;
}

function notAFolder(place: Place, path: string): AdapterError {
  const text = `${path} on ${placeName(place)} is not a folder`;
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

function assertCanExclude(place: Place, tar: TarProgram, { name, exclude }: FilesEntry): void {
  if (tar.canExclude || exclude.length === 0) return;
  const text = `${tar.version} in ${place.runner.place} cannot exclude files, which ${name} requires`;
  const advice = 'Remove `exclude`, or put GNU tar into the image.';
  throw new AdapterError('PreconditionFailed', text, { advice });
}
