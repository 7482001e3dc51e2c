import { chmod, chown, lstat, mkdir, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { AdapterError } from '../../../ports/adapter-error';
import { atFolder } from '../../process/descriptors';
import { guarded } from '../../process/host-failure';
import type { Halt } from './halt';
import { flush, hasEntry, inOwn, isThere, makeOwn, move, removeOwn } from './own-folders';
import type { Swapped } from '../../../ports/engine';
import { openersOf, unlessMissing, type DatabasePlace } from './place';
import { filesOf, type RestoreLayout } from './restore-layout';

export interface SwapRequest {
  readonly place: DatabasePlace;
  readonly layout: RestoreLayout;
  readonly halt: Halt;
}

/**
 * Puts the restored database in the place of the present one, which `keep` gets with its WAL: that of one database never lies
 * beside another. What uses it is stopped meanwhile, where it is a service.
 * Retry:  goes on from what it finds; see RestoreLayout
 * Throws: PreconditionFailed (nothing was restored beside · something has it open; then all runs again, and nothing was moved)
 */
export async function swapDatabase(request: SwapRequest): Promise<Swapped> {
  const { layout, halt } = request;
  const { into, beside, restored, keep } = layout;
  if (!(await isThere(keep))) {
    if (!(await isThere(restored))) throw nothingBeside(layout);
    await makeOwn(keep);
  }
  if (await isThere(restored)) {
    if (await isThere(into)) await halt.stop();
    await requireUnused(request);
    await guarded(atFolder<void>)(layout.folder, (at) =>
      inOwn(keep, async (keepAt) => {
        await moveOut(layout, at, keepAt);
        await inOwn(beside, (besideAt) => putIn(layout, { at, keepAt, besideAt }));
      }),
    );
  }
  await removeOwn(beside);
  const notes = await halt.start();
  return { kept: await isThere(layout.kept), ...(notes.length > 0 && { notes }) };
}

/**
 * Undoes `swapDatabase`, also a half-done one, and drops what was restored.
 * Retry:  goes on from what it finds
 */
export async function swapBackDatabase({ layout, halt }: SwapRequest): Promise<void> {
  const { folder, into, beside, restored, keep } = layout;
  if (!(await isThere(keep))) return;
  if (await hasMoved(layout)) {
    if (await isThere(into)) await halt.stop();
    const isIn = !(await isThere(restored));
    await guarded(atFolder<void>)(folder, (at) =>
      inOwn(keep, async (keepAt) => {
        if (isIn) await takeOut(layout, at, keepAt);
        await moveFiles(`${keepAt}/database`, `${at}/${basename(into)}`);
        await flush(at);
      }),
    );
  }
  await halt.start();
  await removeOwn(beside);
  await removeOwn(keep);
}

/** Anything: a WAL moves before its database. */
async function hasMoved({ kept, absent }: RestoreLayout): Promise<boolean> {
  for (const file of [...filesOf(kept), absent]) if (await isThere(file)) return true;
  return false;
}

/** The old one, or word that there was none. */
async function moveOut({ into }: RestoreLayout, at: string, keepAt: string): Promise<void> {
  await moveFiles(`${at}/${basename(into)}`, `${keepAt}/database`);
  if (await hasEntry(`${keepAt}/database`)) return;
  await writeFile(`${keepAt}/absent`, '');
}

/** The new one, with the owner and mode of the one it replaces. */
async function putIn(
  { into }: RestoreLayout,
  { at, keepAt, besideAt }: Readonly<Record<'at' | 'keepAt' | 'besideAt', string>>,
): Promise<void> {
  const old = await lstat(`${keepAt}/database`).catch(unlessMissing);
  const file = `${besideAt}/database`;
  if (old !== undefined) {
    const now = await lstat(file);
    if (now.uid !== old.uid || now.gid !== old.gid) await chown(file, old.uid, old.gid);
    await chmod(file, old.mode & 0o7777);
  }
  // What a proof may have left if it was killed is no part of it: it only read.
  await move(file, `${at}/${basename(into)}`);
  await flush(at);
  await flush(keepAt);
}

/** What was restored, with whatever was written since. Once it is out, what lies there is the old one coming back. */
async function takeOut({ into }: RestoreLayout, at: string, keepAt: string): Promise<void> {
  if (await hasEntry(`${keepAt}/back`)) return;
  await mkdir(`${keepAt}/dropped`, { mode: 0o700, recursive: true });
  await moveFiles(`${at}/${basename(into)}`, `${keepAt}/dropped/database`);
  await writeFile(`${keepAt}/back`, '');
  await flush(keepAt);
}

async function moveFiles(from: string, to: string): Promise<void> {
  const targets = filesOf(to);
  for (const [index, file] of filesOf(from).entries()) await move(file, targets[index] ?? to);
}

/** Whoever has it open would go on writing to the file that is kept. */
async function requireUnused({ place, halt }: SwapRequest): Promise<void> {
  const openers = await openersOf(place);
  if (openers.length === 0) return;
  await halt.start();
  throw inUse(place, openers);
}

function inUse({ name }: DatabasePlace, openers: Awaited<ReturnType<typeof openersOf>>) {
  const { obstacle, advice } = describeOpeners(name, openers);
  return new AdapterError('PreconditionFailed', `${obstacle}; nothing was moved`, { advice });
}

export function describeOpeners(name: string, openers: Awaited<ReturnType<typeof openersOf>>) {
  const named = openers.slice(0, 5).map(({ pid, program }) => `${program} (process ${pid})`);
  const more = openers.length > 5 ? ` and ${openers.length - 5} more` : '';
  return {
    obstacle: `${name} is open in ${named.join(', ')}${more}, which would go on with the replaced file`,
    advice: 'Stop it for the restore, or name the `service` that it is in the stack file.',
  };
}

function nothingBeside({ into, beside }: RestoreLayout): AdapterError {
  const text = `There is nothing beside ${into} to put in its place: ${beside} is gone`;
  return new AdapterError('PreconditionFailed', text);
}
