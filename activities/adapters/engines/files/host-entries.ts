import { lstat, mkdir, opendir, rename } from 'node:fs/promises';
import { AdapterError } from '../../../ports/adapter-error';
import { codeOf } from '../../process/host-failure';
import { moves, type Frame } from './frames';

/** Named in a message; more would hide the first. */
const NAMED = 5;

/** What moves of a frame, by names as bytes. */
async function* entriesOf(folder: string, frame: Frame): AsyncGenerator<Buffer> {
  // Typed for text only, though `encoding` has been there for long.
  const opened = await opendir(folder, { encoding: 'buffer' as BufferEncoding, bufferSize: 256 });
  for await (const { name } of opened) {
    const bytes = name as unknown as Buffer;
    if (moves(frame, bytes.toString())) yield bytes;
  }
}

export async function hasEntries(folder: string, frame: Frame): Promise<boolean> {
  const entries = entriesOf(folder, frame);
  const first = await entries.next();
  await entries.return(undefined); // closes the folder
  return first.done !== true;
}

/** In passes: a folder that changes while it is listed may show an entry late. */
export async function moveEntries(
  from: string,
  to: string,
  frame: Frame,
  signal: AbortSignal,
): Promise<void> {
  while (await hasEntries(from, frame)) {
    for await (const name of entriesOf(from, frame)) {
      signal.throwIfAborted();
      if (await isTaken(inFolder(to, name))) throw appeared(inFolder(to, name));
      await rename(inFolder(from, name), inFolder(to, name)).catch((error: unknown) => {
        throw notMoved(from, [{ name, error }]);
      });
    }
  }
}

/** What stands in the way goes aside. What cannot be moved is left, and told at the end. */
export async function bringEntries(
  { from, to, aside }: { from: string; to: string; aside: string | undefined },
  frame: Frame,
  signal: AbortSignal,
): Promise<void> {
  const left: Unmoved[] = [];
  const isLeft = (name: Buffer): boolean => left.some((entry) => entry.name.equals(name));
  for (let moved = true; moved;) {
    moved = false;
    for await (const name of entriesOf(from, frame)) {
      signal.throwIfAborted();
      if (isLeft(name)) continue;
      try {
        if (await isTaken(inFolder(to, name))) {
          if (aside === undefined) throw appeared(inFolder(to, name));
          await rename(inFolder(to, name), inFolder(aside, name));
        }
        await rename(inFolder(from, name), inFolder(to, name));
        moved = true;
      } catch (error) {
        left.push({ name, error });
      }
    }
  }
  if (left.length > 0) throw notMoved(from, left);
}

/**
 * Tries to move each entry over a folder that has something in it. The kernel looks first whether the entry may be moved
 * at all (EPERM: immutable; EBUSY: mounted; EXDEV: elsewhere), and then refuses the target: nothing moves in any case.
 */
export async function assertMovable(
  folder: string,
  own: string,
  frame: Frame,
  signal: AbortSignal,
): Promise<void> {
  const guard = `${own}/.pawl_guard`;
  await mkdir(`${guard}/full`, { recursive: true });
  const left: Unmoved[] = [];
  for await (const name of entriesOf(folder, frame)) {
    signal.throwIfAborted();
    try {
      await rename(inFolder(folder, name), guard);
      // A file system that does not keep to that: back with it, and no more of this.
      await rename(guard, inFolder(folder, name));
      return;
    } catch (error) {
      if (!['EISDIR', 'ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error))) {
        left.push({ name, error });
      }
    }
  }
  if (left.length > 0) throw notMoved(folder, left);
}

interface Unmoved {
  readonly name: Buffer;
  readonly error: unknown;
}

function isTaken(path: Buffer): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

const REASONS: Readonly<Record<string, string>> = {
  EBUSY: 'something is mounted on it, or the kernel uses it',
  EXDEV: 'it is on another file system, or under another quota',
  EPERM: 'it is immutable or append-only (lsattr shows i or a), or belongs to somebody else',
  EACCES: 'this worker may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  EDQUOT: 'the quota is used up',
};

const ADVICE =
  'Make it movable (umount, chattr -i -a, run the worker as root) or exclude it from what is protected, and run the restore again.';

function notMoved(folder: string, left: readonly Unmoved[]): AdapterError {
  const named = left.slice(0, NAMED).map(({ name, error }) => {
    const reason = REASONS[codeOf(error)] ?? (error as Error).message;
    return `${folder}/${name.toString()} (${reason})`;
  });
  const more = left.length > NAMED ? ` and ${left.length - NAMED} more` : '';
  const code = codeOf(left[0]?.error);
  const kind = ['ENOSPC', 'EDQUOT', 'EIO'].includes(code) ? 'CommandFailed' : 'PreconditionFailed';
  const text = `Could not move ${named.join(', ')}${more}`;
  return new AdapterError(kind, text, { advice: ADVICE }, { cause: left[0]?.error });
}

function appeared(path: Buffer): AdapterError {
  const text = `Could not move anything to ${path.toString()}: it appeared there during the swap, so something writes to the folder`;
  const advice = 'Stop what uses the folder and run the restore again.';
  return new AdapterError('PreconditionFailed', text, { advice });
}

function inFolder(folder: string, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), name]);
}
