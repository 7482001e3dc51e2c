import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { StackFileError } from './problem';
import type { SourceFile } from './tree';

/** Ten times what a stack of five hundred parts needs. */
const LARGEST_BYTES = 262_144;

/** Reads one stack file. Throws: StackFileError when it cannot be read as text. */
export function readSource(path: string, shownName: string): SourceFile {
  const bytes = readBytes(path, shownName);
  if (!isUtf8(bytes)) throw unreadable(shownName, 'is not UTF-8 text');
  return { name: shownName, text: bytes.toString('utf8').replace(/^\ufeff/, '') };
}

function readBytes(path: string, shownName: string): Buffer {
  try {
    const status = statSync(path);
    if (!status.isFile()) throw unreadable(shownName, 'is not a file');
    if (status.size > LARGEST_BYTES) {
      throw unreadable(shownName, `has ${status.size} bytes; a stack file has at most 256 KiB`);
    }
    return readFileSync(path);
  } catch (error) {
    if (error instanceof StackFileError) throw error;
    throw unreadable(shownName, systemReason(error));
  }
}

function systemReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES') return 'may not be read by this user';
  return `could not be read (${message})`;
}

function unreadable(file: string, message: string): StackFileError {
  return new StackFileError([{ file, path: [], message }]);
}
