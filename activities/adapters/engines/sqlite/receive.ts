import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Json } from '../../../../workflows/model/recovery-point';
import { AdapterError } from '../../../ports/adapter-error';
import type { Attempt } from '../../../ports/attempt';
import type { ByteSink } from '../../../ports/byte-stream';
import { makeDown } from '../../process/descriptors';
import { guarded } from '../../process/host-failure';
import { inOwn, isThere, makeOwn, removeOwn } from './own-folders';
import type { RestoreLayout } from './restore-layout';

const OWNER_ONLY = 0o600;

/**
 * Makes an empty file in a folder beside, with the owner and mode that the database had: where it replaces one, it gets that
 * one's at the swap. Returns what cannot be had here, in sentences.
 * Throws: PreconditionFailed (an earlier run of that number has begun a swap there)
 */
export async function prepareBeside(
  layout: RestoreLayout,
  surroundings: Json | undefined,
): Promise<readonly string[]> {
  const { folder, into, beside, keep } = layout;
  if (await isThere(keep)) throw begun(keep);
  await guarded(makeDown)(folder);
  await removeOwn(beside);
  await makeOwn(beside);
  return inOwn(beside, async (at) => {
    const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
    const file = await open(`${at}/database`, flags, OWNER_ONLY);
    try {
      return await giveAttributes(file, into, surroundings);
    } finally {
      await file.close();
    }
  });
}

/** Takes the database file in. */
export async function receiveDatabase(
  { into, beside }: RestoreLayout,
  attempt: Attempt,
): Promise<ByteSink> {
  const flags = constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW;
  const file = await inOwn(beside, (at) => open(`${at}/database`, flags));
  const stream = file.createWriteStream({ flush: true });
  // The sender sees it, and `finish` says why.
  const ended = finished(stream);
  ended.catch(() => undefined);
  return {
    stream,
    finish: async () => {
      await ended.catch((error: unknown) => {
        attempt.signal.throwIfAborted();
        throw notWritten(into, error);
      });
      await requireWhole(into, beside);
    },
    abort: async () => {
      stream.destroy();
      await file.close();
    },
  };
}

/** Its header says how long it is; integrity_check says the rest, at the proof. Throws: VerificationFailed */
async function requireWhole(into: string, beside: string): Promise<void> {
  await inOwn(beside, async (at) => {
    const file = await open(`${at}/database`, 'r');
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read(Buffer.alloc(100), 0, 100, 0);
      // Source: sqlite.org/fileformat2.html, 1.3: the size of a page (1 stands for 65,536), and how many there are.
      const pageBytes = buffer.readUInt16BE(16) === 1 ? 65_536 : buffer.readUInt16BE(16);
      const promised = pageBytes * buffer.readUInt32BE(28);
      // Before 3.7.0 it was not written, and counts only where the change counter says so.
      const isSaid = bytesRead === 100 && buffer.readUInt32BE(24) === buffer.readUInt32BE(92);
      if (bytesRead === 100 && (size === promised || !isSaid)) return;
      const text = `What was stored to restore ${into} is not whole: ${size} bytes, of ${promised} that its header promises`;
      throw new AdapterError('VerificationFailed', text);
    } finally {
      await file.close();
    }
  });
}

async function giveAttributes(
  file: FileHandle,
  into: string,
  surroundings: Json | undefined,
): Promise<readonly string[]> {
  const { uid, gid, mode } = (surroundings ?? {}) as Readonly<Record<string, Json | undefined>>;
  if (typeof uid !== 'number' || typeof gid !== 'number' || typeof mode !== 'number') return [];
  const now = await file.stat();
  const notes: string[] = [];
  if (now.uid !== uid || now.gid !== gid) {
    if (process.getuid?.() === 0) await file.chown(uid, gid);
    else
      notes.push(`${into} belonged to user ${uid} and group ${gid}; only root can give it back.`);
  }
  await file.chmod(mode & 0o777);
  return notes;
}

function notWritten(into: string, cause: unknown): AdapterError {
  const text = `Writing beside ${into} broke off: ${(cause as Error).message}. Nothing that works was touched`;
  return new AdapterError('CommandFailed', text, {}, { cause });
}

function begun(keep: string): AdapterError {
  const text = `${keep} is there already, from a restore that was not ended`;
  return new AdapterError('PreconditionFailed', text, {
    advice: 'Look into it, then move it away or remove it, and run the restore again.',
  });
}
