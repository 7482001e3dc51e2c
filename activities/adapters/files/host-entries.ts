import { lstat, opendir, rename } from 'node:fs/promises';
import { AdapterError } from '../../adapter-error';
import { codeOf } from './host-failure';
import { HIDDEN_PREFIX } from './tar-commands';

/** What a folder holds, but for pawl's own: names as bytes. */
async function* entriesOf(folder: string): AsyncGenerator<Buffer> {
  // Typed for text only, though `encoding` has been there for long.
  const opened = await opendir(folder, { encoding: 'buffer' as BufferEncoding, bufferSize: 256 });
  for await (const { name } of opened) {
    const bytes = name as unknown as Buffer;
    if (!bytes.toString('latin1').startsWith(HIDDEN_PREFIX)) yield bytes;
  }
}

export async function hasEntries(folder: string): Promise<boolean> {
  const entries = entriesOf(folder);
  const first = await entries.next();
  await entries.return(undefined); // closes the folder
  return first.done !== true;
}

/** In passes: a folder that changes while it is listed may show an entry late. */
export async function moveEntries(from: string, to: string, signal: AbortSignal): Promise<void> {
  while (await hasEntries(from)) {
    for await (const name of entriesOf(from)) {
      signal.throwIfAborted();
      await moveEntry(inFolder(from, name), inFolder(to, name));
    }
  }
}

/** Once: what is left has a name that is taken, or came later. */
export async function moveFreeEntries(
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<void> {
  for await (const name of entriesOf(from)) {
    signal.throwIfAborted();
    const [source, destination] = [inFolder(from, name), inFolder(to, name)];
    if (!(await isTaken(destination))) await moveEntry(source, destination);
  }
}

async function moveEntry(from: Buffer, to: Buffer): Promise<void> {
  if (await isTaken(to))
    throw inTheWay(to, 'it appeared there during the swap: something writes to the folder');
  try {
    await rename(from, to);
  } catch (error) {
    if (['EBUSY', 'EXDEV'].includes(codeOf(error))) {
      throw inTheWay(from, 'something is mounted on it');
    }
    throw error;
  }
}

function isTaken(path: Buffer): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function inTheWay(path: Buffer, reason: string): AdapterError {
  const advice = 'Stop what uses the folder (or unmount what is in it) and run the restore again.';
  return new AdapterError('PreconditionFailed', `Could not move ${path.toString()}: ${reason}`, {
    advice,
  });
}

function inFolder(folder: string, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), name]);
}
