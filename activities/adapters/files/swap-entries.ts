import { AdapterError } from '../../adapter-error';
import type { Place } from './place';
import type { RestoreLayout } from './restore-layout';

/**
 * Puts the restored entries in the place of the present ones, which `keep` gets. The folder itself stays: it may be a
 * mount point, or mounted into a running container.
 * Retry:  goes on from what it finds; see RestoreLayout. `keep` stays as the mark of a done swap, also when empty.
 * Throws: PreconditionFailed (nothing was restored beside · something writes to the folder)
 */
export async function swapEntries(place: Place, layout: RestoreLayout): Promise<{ kept: boolean }> {
  const { into, beside, swapping, keep } = layout;
  if (await exists(place, beside)) {
    await place.flush(beside);
    await makeKeep(place, layout);
    await place.moveEntries(into, keep);
    await place.rename(beside, swapping);
  }
  if (await exists(place, swapping)) {
    await place.makeFolder(into);
    await place.moveEntries(swapping, into);
    await place.copyAttributes(swapping, into);
    await place.removeIfEmpty(swapping);
  } else if (!(await exists(place, keep))) {
    throw new AdapterError(
      'PreconditionFailed',
      `There is nothing beside ${into} on ${place.runner.place} to put in its place: ${beside} is gone`,
    );
  }
  return { kept: await place.holdsEntries(keep) };
}

/**
 * Undoes `swapEntries`, also a half-done one.
 * Retry: goes on from what it finds. Once entries of `keep` come back, nothing is taken out of `into` any more: that is
 *        what the folder `dropping` says.
 */
export async function swapBackEntries(place: Place, layout: RestoreLayout): Promise<void> {
  const { into, beside, swapping, dropping, dropped, keep } = layout;
  if (!(await exists(place, dropping))) {
    if (!(await exists(place, keep))) return;
    if (await exists(place, beside)) {
      await freeNames(place, layout);
      await place.rename(beside, dropping);
    } else {
      await place.makeFolder(swapping);
      await place.makeFolder(dropped);
      await place.moveEntries(into, dropped);
      await place.rename(swapping, dropping);
    }
  }
  if (await exists(place, keep)) await bringBack(place, layout);
  await place.remove(dropped);
  await place.remove(dropping);
}

/** Before anything is moved, so that a repeated call sees the same `into`. */
async function makeKeep(place: Place, { into, keep, absent }: RestoreLayout): Promise<void> {
  if (await exists(place, into)) {
    await place.makeFolder(keep);
    await place.copyAttributes(into, keep);
  } else {
    await place.makeFolder(absent);
    await place.makeFolder(into);
  }
}

/**
 * What was written into `into` under a name that `keep` has, since that was moved there, would be in its way back: of
 * the two, the old one is the one to have. What has a name of its own stays.
 */
async function freeNames(place: Place, { into, keep, dropped }: RestoreLayout): Promise<void> {
  if (!(await place.holdsEntries(into))) return;
  await place.moveFreeEntries(into, keep);
  if (!(await place.holdsEntries(into))) return;
  await place.makeFolder(dropped);
  await place.moveEntries(into, dropped);
}

async function bringBack(place: Place, { into, keep, absent }: RestoreLayout): Promise<void> {
  await place.moveEntries(keep, into);
  if (await exists(place, absent)) await place.removeIfEmpty(into);
  else await place.copyAttributes(keep, into);
  await place.remove(keep);
}

async function exists(place: Place, folder: string): Promise<boolean> {
  return (await place.identity(folder)) !== undefined;
}
