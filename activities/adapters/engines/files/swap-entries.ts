import { AdapterError } from '../../../ports/adapter-error';
import { framesOf, inFrame, pathIn, type Frame } from './frames';
import type { FolderAccess } from './folder-access';
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
  access: FolderAccess,
  layout: RestoreLayout,
  tar: TarProgram,
): Promise<{ kept: boolean }> {
  const { into, beside, swapping, keep } = layout;
  let frames: readonly Frame[] | undefined;
  if (await exists(access, beside)) {
    await assertOwn(access, layout, beside);
    await access.flush(beside);
    frames = await makeKeep(access, layout, tar);
    for (const frame of frames) await access.assertMovable(inFrame(into, frame), beside, frame);
    for (const frame of frames) await moveFrame(access, into, keep, frame);
    await access.rename(beside, swapping);
  }
  frames ??= framesOf(await stayingIn(access, layout));
  if (await exists(access, swapping)) {
    await assertOwn(access, layout, swapping);
    await putIn(access, layout, frames, tar);
  } else if (!(await exists(access, keep))) {
    throw new AdapterError(
      'PreconditionFailed',
      `There is nothing beside ${into} on ${access.runner.location} to put in its place: ${beside} is gone`,
    );
  }
  return { kept: await hasAny(access, keep, frames) };
}

/**
 * Undoes `swapEntries`, also a half-done one: what is in `keep` goes back, and what was never moved stays where it is.
 * Retry:  goes on from what it finds. Once entries of `keep` come back, nothing is taken out of `into` any more: that is
 *         what the folder `dropping` says.
 * Throws: PreconditionFailed, after all else is back, when an entry cannot be moved; nothing is dropped then
 */
export async function swapBackEntries(
  access: FolderAccess,
  layout: RestoreLayout,
  tar: TarProgram,
): Promise<void> {
  const { into, beside, swapping, dropping, dropped, keep } = layout;
  const failures: unknown[] = [];
  const attempt = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      access.options.signal?.throwIfAborted();
      failures.push(error);
    });
  const frames = framesOf(await stayingIn(access, layout));
  if (!(await exists(access, dropping))) {
    if (!(await exists(access, keep))) return;
    if (await exists(access, beside)) {
      // Where nothing has been moved, the swap may have been killed before `keep` had them, and the folder still does.
      if (!(await hasAny(access, keep, frames))) await keepAttributes(access, layout, frames, tar);
      await access.rename(beside, dropping);
    } else {
      if (!(await exists(access, swapping))) await access.makeOwn(swapping);
      for (const frame of frames) await attempt(takeOut(access, layout, frame));
      await access.rename(swapping, dropping);
    }
  }
  if (await exists(access, keep)) {
    await access.makeFolder(into);
    for (const frame of frames) await attempt(bringFrame(access, layout, frame));
    if (failures.length === 0 && (await hasAny(access, keep, frames))) {
      failures.push(new Error('a mount is in their way'));
    }
    if (failures.length > 0) throw notUndone(layout, failures);
    await endUndo(access, layout, frames, tar);
  }
  await access.remove(dropped);
  await access.remove(dropping);
}

/** Before anything is moved, so that a repeated call sees the same `into`. Returns what is moved one by one. */
async function makeKeep(
  access: FolderAccess,
  layout: RestoreLayout,
  tar: TarProgram,
): Promise<readonly Frame[]> {
  const { into, keep, absent } = layout;
  const isNew = !(await exists(access, keep));
  if (isNew) await access.makeOwn(keep);
  if (!(await exists(access, into))) {
    await access.makeFolder(absent);
    await access.makeOwn(into);
  }
  const frames = framesOf(await recordStaying(access, layout));
  for (const frame of frames) {
    if (!(await exists(access, inFrame(keep, frame)))) await access.makeOwn(inFrame(keep, frame));
  }
  await keepAttributes(access, layout, frames, tar);
  return frames;
}

async function keepAttributes(
  access: FolderAccess,
  { into, keep }: RestoreLayout,
  frames: readonly Frame[],
  tar: TarProgram,
): Promise<void> {
  for (const frame of frames) {
    const [from, to] = [inFrame(into, frame), inFrame(keep, frame)];
    if ((await exists(access, from)) && (await exists(access, to))) {
      await access.copyAttributes(from, to, tar);
    }
  }
}

/** The attributes first: what comes into the folder is never seen by more people than before it was lost. */
async function putIn(
  access: FolderAccess,
  layout: RestoreLayout,
  frames: readonly Frame[],
  tar: TarProgram,
): Promise<void> {
  const { into, swapping, swappingTree } = layout;
  if (!(await exists(access, into))) await access.makeOwn(into);
  for (const frame of frames) {
    const [from, to] = [inFrame(swappingTree, frame), inFrame(into, frame)];
    if (frame.path !== '' && !((await exists(access, from)) && (await exists(access, to))))
      continue;
    await access.copyAttributes(from, to, tar);
    await access.moveEntries(from, to, frame);
  }
  await access.copyTime(swapping, into);
  await access.remove(swapping);
}

async function moveFrame(
  access: FolderAccess,
  from: string,
  to: string,
  frame: Frame,
): Promise<void> {
  if (!(await exists(access, inFrame(from, frame)))) return;
  await access.moveEntries(inFrame(from, frame), inFrame(to, frame), frame);
}

/** All that was restored, or written since. */
async function takeOut(access: FolderAccess, layout: RestoreLayout, frame: Frame): Promise<void> {
  const [from, to] = [inFrame(layout.into, frame), inFrame(layout.dropped, frame)];
  if (!(await exists(access, from))) return;
  await access.makeFolder(to);
  await access.bringEntries(from, to, undefined, frame);
}

/**
 * What was written under a name that `keep` has, since that was moved there, is in its way back: of the two, the old one
 * is the one to have. What has a name of its own stays.
 */
async function bringFrame(
  access: FolderAccess,
  layout: RestoreLayout,
  frame: Frame,
): Promise<void> {
  const { into, keep, dropped } = layout;
  if (!(await exists(access, inFrame(keep, frame)))) return;
  await access.makeFolder(inFrame(into, frame));
  await access.makeFolder(inFrame(dropped, frame));
  const [from, to] = [inFrame(keep, frame), inFrame(into, frame)];
  await access.bringEntries(from, to, inFrame(dropped, frame), frame);
}

async function endUndo(
  access: FolderAccess,
  layout: RestoreLayout,
  frames: readonly Frame[],
  tar: TarProgram,
): Promise<void> {
  const { into, keep, absent } = layout;
  if (await exists(access, absent)) await access.removeIfEmpty(into);
  else {
    for (const frame of frames) {
      const [from, to] = [inFrame(keep, frame), inFrame(into, frame)];
      if (await exists(access, from)) await access.copyAttributes(from, to, tar);
    }
  }
  await access.remove(keep);
}

/** Whether there is anything in it but the folders on the way to what stays. */
async function hasAny(
  access: FolderAccess,
  folder: string,
  frames: readonly Frame[],
): Promise<boolean> {
  const isFrame = (path: string): boolean => frames.some((frame) => frame.path === path);
  for (const frame of frames) {
    const staying = frame.staying.filter((name) => isFrame(pathIn(frame, name)));
    if (await access.hasEntries(inFrame(folder, frame), { path: frame.path, staying })) return true;
  }
  return false;
}

/** Somebody who may write in the folder above could have put something else there. */
export async function assertOwn(
  access: FolderAccess,
  { into }: Pick<RestoreLayout, 'into'>,
  folder: string,
): Promise<void> {
  if (await access.isOwn(folder)) return;
  const text = `${folder} on ${access.runner.location} is not the folder that this restore made: somebody else has changed what lies beside ${into}`;
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

async function exists(access: FolderAccess, folder: string): Promise<boolean> {
  return (await access.identity(folder)) !== undefined;
}
