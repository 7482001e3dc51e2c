import { AdapterError } from '../../../ports/adapter-error';
import type { TargetObservation } from '../../../ports/engine';
import { findTar } from './find-tar';
import { framesOf } from './frames';
import { measureFolder } from './measure-folder';
import { isTaken, mountedIn } from './observe-folder';
import { notReplaceable } from './refuse-needed';
import type { FolderAccess } from './folder-access';
import type { RestoreLayout } from './restore-layout';
import { isOwnPath } from './staying';

/** Named in a message. */
const NAMED = 5;

/**
 * Looks at the folder that a restore would replace, and at what in it cannot be replaced. `asked`: its path as it was asked for.
 * Throws: PreconditionFailed (it is no folder; something in it is immutable)
 */
export async function observeFolderTarget(
  access: FolderAccess,
  layout: RestoreLayout,
  asked: string,
): Promise<TargetObservation> {
  const { into, keep } = layout;
  const tar = await findTar(access);
  const isThere = (await access.identity(into)) !== undefined;
  if (!isThere && (await isTaken(access, into))) {
    throw notReplaceable(access, into, 'is not a folder');
  }
  const staying = isThere
    ? (await access.mountsInside(into)).filter((path) => !isOwnPath(path))
    : [];
  const [outer] = framesOf(staying);
  if (isThere) await assertMutable(access, into, outer.staying);
  const exists = await access.hasEntries(into, outer);
  const request = { folder: into, exclude: [], tar };
  const { bytes } = exists ? await measureFolder(access, request) : { bytes: 0 };
  const freeBytes = await access.freeBytes(into);
  const free = freeBytes === undefined ? {} : { freeBytes };
  const notes = [...linkNotes(asked, into), ...(isThere ? await mountNotes(access, into) : [])];
  return { exists, bytes, otherSessions: 0, version: tar.version, keepAs: keep, ...free, notes };
}

async function assertMutable(
  access: FolderAccess,
  folder: string,
  staying: readonly string[],
): Promise<void> {
  const fixed = (await access.immutable(folder)).filter(
    (name) => !staying.includes(name) && !isOwnPath(name),
  );
  if (fixed.length === 0) return;
  const more = fixed.length > NAMED ? ` and ${fixed.length - NAMED} more` : '';
  const named = fixed.slice(0, NAMED).join(', ');
  const text = `${named}${more} in ${folder} on ${access.runner.location} cannot be replaced: made immutable or append-only by chattr`;
  const advice = 'chattr -i -a on it, or restore elsewhere with --into.';
  throw new AdapterError('PreconditionFailed', text, { advice });
}

function linkNotes(asked: string, into: string): string[] {
  if (asked === into) return [];
  return [`${asked} is, by a symbolic link, ${into}: that is restored, and the link stays.`];
}

async function mountNotes(access: FolderAccess, into: string): Promise<string[]> {
  const mounted = await mountedIn(access, into);
  if (mounted === undefined) return [];
  return [
    `${mounted}. What is mounted stays as it is: what the recovery point has of it is not put back. ` +
      'To have that too, restore elsewhere with --into and copy it.',
  ];
}
