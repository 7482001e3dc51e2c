import { folderSource, type FilesEntry } from '../../../workflows/model/stack';
import type { EngineObservation } from '../../ports';
import { AdapterError } from '../../adapter-error';
import { findTar } from './find-tar';
import type { TarProgram } from './tar-commands';
import { measureFolder } from './measure-folder';
import { noFolder } from './pack-folder';
import type { Place } from './place';
import { requirePrograms } from './service-place';

/** Throws: PreconditionFailed (no such folder, missing programs) · CredentialsRejected (may not be read) */
export async function observeFolder(
  place: Place,
  folder: string,
  entry: FilesEntry,
): Promise<EngineObservation> {
  if (entry.service !== undefined) await requirePrograms(place);
  if ((await place.identity(folder)) === undefined) throw noFolder(place, folder);
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
      ...excludedNote(entry),
      ...(size.counted ? [] : [`${folder} has too many files to count them all beforehand.`]),
      ...(place.asRoot ? [] : ['The worker is not root: owners of files cannot be restored.']),
    ],
  };
}

function excludedNote({ name, exclude }: FilesEntry): string[] {
  if (exclude.length === 0) return [];
  return [`What matches ${exclude.join(', ')} in ${name} is in no recovery point.`];
}

function assertCanExclude(place: Place, tar: TarProgram, { name, exclude }: FilesEntry): void {
  if (tar.canExclude || exclude.length === 0) return;
  const text = `${tar.version} in ${place.runner.place} cannot exclude files, as ${name} asks for`;
  const advice = 'Remove `exclude`, or put GNU tar into the image.';
  throw new AdapterError('PreconditionFailed', text, { advice });
}
