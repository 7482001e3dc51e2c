import { AdapterError } from '../../../ports/adapter-error';
import { framesOf, inFrame, pathIn, type Frame } from './frames';
import type { Place } from './place';
import type { RestoreLayout } from './restore-layout';
import { recordStaying, stayingIn } from './staying';
import type { TarProgram } from './tar-commands';

/**
 * Puts the restored entries in the place of the present ones, which `keep` gets. The folder itself stays: it may be a
 * mount point, or mounted into a running container. What is mounted in it stays too, with the folders on the way to it.
 * Retry:  goes on from what it finds; see RestoreLayout. `keep` stays as the mark of a done swap, also when empty.
 * Throws: PreconditionFailed (nothing was restored beside · an entry cannot be moved · something writes to the folder)
 */
export async function swapEntries(
  place: Place,
  layout: RestoreLayout,
  tar: TarProgram,
): Promise<{ kept: boolean }> {
  const { into, beside, swapping, keep } = layout;
  let frames: readonly Frame[] | undefined;
  if (await exists(place, beside)) {
    await assertOwn(place, layout, beside);
    await place.flush(beside);
    frames = await makeKeep(place, layout, tar);
    for (const frame of frames) await place.assertMovable(inFrame(into, frame), beside, frame);
    for (const frame of frames) await moveFrame(place, into, keep, frame);
    await place.rename(beside, swapping);
  }
  frames ??= framesOf(await stayingIn(place, layout));
  if (await exists(place, swapping)) {
    await assertOwn(place, layout, swapping);
    await putIn(place, layout, frames, tar);
  } else if (!(await exists(place, keep))) {
    throw new AdapterError(
      'PreconditionFailed',
      `There is nothing beside ${into} on ${place.runner.place} to put in its place: ${beside} is gone`,
    );
  }
  return { kept: await holdsAny(place, keep, frames) };
}

/**
 * Undoes `swapEntries`, also a half-done one: what is in `keep` goes back, and what was never moved stays where it is.
 * Retry:  goes on from what it finds. Once entries of `keep` come back, nothing is taken out of `into` any more: that is
 *         what the folder `dropping` says.
 * Throws: PreconditionFailed, after all else is back, when an entry cannot be moved; nothing is dropped then
 */
export async function swapBackEntries(
  place: Place,
  layout: RestoreLayout,
  tar: TarProgram,
): Promise<void> {
  const { into, beside, swapping, dropping, dropped, keep } = layout;
  const failures: unknown[] = [];
  const attempt = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      place.options.signal?.throwIfAborted();
      failures.push(error);
    });
  const frames = framesOf(await stayingIn(place, layout));
  if (!(await exists(place, dropping))) {
    if (!(await exists(place, keep))) return;
    if (await exists(place, beside)) {
      // Where nothing has been moved, the swap may have been killed before `keep` had them, and the folder still does.
      if (!(await holdsAny(place, keep, frames))) await keepAttributes(place, layout, frames, tar);
      await place.rename(beside, dropping);
    } else {
      if (!(await exists(place, swapping))) await place.makeOwn(swapping);
      for (const frame of frames) await attempt(takeOut(place, layout, frame));
      await place.rename(swapping, dropping);
    }
  }
  if (await exists(place, keep)) {
    await place.makeFolder(into);
    for (const frame of frames) await attempt(bringFrame(place, layout, frame));
    if (failures.length === 0 && (await holdsAny(place, keep, frames))) {
      failures.push(new Error('a mount is in their way'));
    }
    if (failures.length > 0) throw notUndone(layout, failures);
    await endUndo(place, layout, frames, tar);
  }
  await place.remove(dropped);
  await place.remove(dropping);
}

/** Before anything is moved, so that a repeated call sees the same `into`. Returns what is moved one by one. */
async function makeKeep(
  place: Place,
  layout: RestoreLayout,
  tar: TarProgram,
): Promise<readonly Frame[]> {
  const { into, keep, absent } = layout;
  const isNew = !(await exists(place, keep));
  if (isNew) await place.makeOwn(keep);
  if (!(await exists(place, into))) {
    await place.makeFolder(absent);
    await place.makeOwn(into);
  }
  const frames = framesOf(await recordStaying(place, layout));
  for (const frame of frames) {
    if (!(await exists(place, inFrame(keep, frame)))) await place.makeOwn(inFrame(keep, frame));
  }
  await keepAttributes(place, layout, frames, tar);
  return frames;
}

async function keepAttributes(
  place: Place,
  { into, keep }: RestoreLayout,
  frames: readonly Frame[],
  tar: TarProgram,
): Promise<void> {
  for (const frame of frames) {
    const [from, to] = [inFrame(into, frame), inFrame(keep, frame)];
    if ((await exists(place, from)) && (await exists(place, to))) {
      await place.copyAttributes(from, to, tar);
    }
  }
}

/** The attributes first: what comes into the folder is never seen by more people than before it was lost. */
async function putIn(
  place: Place,
  layout: RestoreLayout,
  frames: readonly Frame[],
  tar: TarProgram,
): Promise<void> {
  const { into, swapping, swappingTree } = layout;
  if (!(await exists(place, into))) await place.makeOwn(into);
  for (const frame of frames) {
    const [from, to] = [inFrame(swappingTree, frame), inFrame(into, frame)];
    if (frame.path !== '' && !((await exists(place, from)) && (await exists(place, to)))) continue;
    await place.copyAttributes(from, to, tar);
    await place.moveEntries(from, to, frame);
  }
  await place.copyTime(swapping, into);
  await place.remove(swapping);
}

async function moveFrame(place: Place, from: string, to: string, frame: Frame): Promise<void> {
  if (!(await exists(place, inFrame(from, frame)))) return;
  await place.moveEntries(inFrame(from, frame), inFrame(to, frame), frame);
}

/** All that was restored, or written since. */
async function takeOut(place: Place, layout: RestoreLayout, frame: Frame): Promise<void> {
  const [from, to] = [inFrame(layout.into, frame), inFrame(layout.dropped, frame)];
  if (!(await exists(place, from))) return;
  await place.makeFolder(to);
  await place.bringEntries(from, to, undefined, frame);
}

/**
 * What was written under a name that `keep` has, since that was moved there, is in its way back: of the two, the old one
 * is the one to have. What has a name of its own stays.
 */
async function bringFrame(place: Place, layout: RestoreLayout, frame: Frame): Promise<void> {
  const { into, keep, dropped } = layout;
  if (!(await exists(place, inFrame(keep, frame)))) return;
  await place.makeFolder(inFrame(into, frame));
  await place.makeFolder(inFrame(dropped, frame));
  const [from, to] = [inFrame(keep, frame), inFrame(into, frame)];
  await place.bringEntries(from, to, inFrame(dropped, frame), frame);
}

async function endUndo(
  place: Place,
  layout: RestoreLayout,
  frames: readonly Frame[],
  tar: TarProgram,
): Promise<void> {
  const { into, keep, absent } = layout;
  if (await exists(place, absent)) await place.removeIfEmpty(into);
  else {
    for (const frame of frames) {
      const [from, to] = [inFrame(keep, frame), inFrame(into, frame)];
      if (await exists(place, from)) await place.copyAttributes(from, to, tar);
    }
  }
  await place.remove(keep);
}

/** Whether there is anything in it but the folders on the way to what stays. */
async function holdsAny(place: Place, folder: string, frames: readonly Frame[]): Promise<boolean> {
  const isFrame = (path: string): boolean => frames.some((frame) => frame.path === path);
  for (const frame of frames) {
    const staying = frame.staying.filter((name) => isFrame(pathIn(frame, name)));
    if (await place.holdsEntries(inFrame(folder, frame), { path: frame.path, staying }))
      return true;
  }
  return false;
}

/** Somebody who may write in the folder above could have put something else there. */
export async function assertOwn(
  place: Place,
  { into }: Pick<RestoreLayout, 'into'>,
  folder: string,
): Promise<void> {
  if (await place.isOwn(folder)) return;
  const text = `${folder} on ${place.runner.place} is not the folder that this restore made: somebody else has changed what lies beside ${into}`;
  const advice = 'Check who may write there, remove it, and run the restore again.';
  throw new AdapterError('PreconditionFailed', text, { advice });
}

function notUndone({ into, keep }: RestoreLayout, failures: readonly unknown[]): AdapterError {
  const reasons = failures.map((error) => (error instanceof Error ? error.message : String(error)));
  const text = `Not all of ${into} could be put back; what is still in ${keep} belongs there. ${reasons.join('; ')}`;
  const [first] = failures;
  const kind = first instanceof AdapterError ? first.kind : 'CommandFailed';
  const evidence = first instanceof AdapterError ? first.evidence : {};
  return new AdapterError(kind, text, evidence, { cause: first });
}

async function exists(place: Place, folder: string): Promise<boolean> {
  return (await place.identity(folder)) !== undefined;
}
