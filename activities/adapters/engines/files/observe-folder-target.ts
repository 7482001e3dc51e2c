import { AdapterError } from '../../../ports/adapter-error';
import type { TargetObservation } from '../../../ports/engine';
import { findTar } from './find-tar';
import { framesOf } from './frames';
import { measureFolder } from './measure-folder';
import { isTaken, mountedIn } from './observe-folder';
import { notReplaceable } from './refuse-needed';
import type { Place } from './place';
import type { RestoreLayout } from './restore-layout';
import { isOwnPath } from './staying';

/** Named in a message. */
const NAMED = 5;

/**
 * Looks at the folder that a restore would replace, and at what in it cannot be replaced. `asked`: its path as it was asked for.
 * Throws: PreconditionFailed (it is no folder; something in it is immutable)
 */
export async function observeFolderTarget(
  place: Place,
  layout: RestoreLayout,
  asked: string,
): Promise<TargetObservation> {
  const { into, keep } = layout;
  const tar = await findTar(place);
  const isThere = (await place.identity(into)) !== undefined;
  if (!isThere && (await isTaken(place, into))) {
    throw notReplaceable(place, into, 'is not a folder');
  }
  const staying = isThere
    ? (await place.mountsInside(into)).filter((path) => !isOwnPath(path))
    : [];
  const [outer] = framesOf(staying);
  if (isThere) await assertMutable(place, into, outer.staying);
  const exists = await place.holdsEntries(into, outer);
  const request = { folder: into, exclude: [], tar };
  const { bytes } = exists ? await measureFolder(place, request) : { bytes: 0 };
  const freeBytes = await place.freeBytes(into);
  const free = freeBytes === undefined ? {} : { freeBytes };
  const notes = [...linkNotes(asked, into), ...(isThere ? await mountNotes(place, into) : [])];
  return { exists, bytes, otherSessions: 0, version: tar.version, keepAs: keep, ...free, notes };
}

async function assertMutable(
  place: Place,
  folder: string,
  staying: readonly string[],
): Promise<void> {
  const fixed = (await place.immutable(folder)).filter(
    (name) => !staying.includes(name) && !isOwnPath(name),
  );
  if (fixed.length === 0) return;
  const more = fixed.length > NAMED ? ` and ${fixed.length - NAMED} more` : '';
  const named = fixed.slice(0, NAMED).join(', ');
  const text = `${named}${more} in ${folder} on ${place.runner.place} cannot be replaced: made immutable or append-only by chattr`;
  const advice = 'chattr -i -a on it, or restore elsewhere with --into.';
  throw new AdapterError('PreconditionFailed', text, { advice });
}

function linkNotes(asked: string, into: string): string[] {
  if (asked === into) return [];
  return [`${asked} is, by a symbolic link, ${into}: that is restored, and the link stays.`];
}

async function mountNotes(place: Place, into: string): Promise<string[]> {
  const mounted = await mountedIn(place, into);
  if (mounted === undefined) return [];
  return [
    `${mounted}. What is mounted stays as it is: what the recovery point has of it is not put back. ` +
      'To have that too, restore elsewhere with --into and copy it.',
  ];
}
