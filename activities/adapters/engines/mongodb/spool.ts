import { randomUUID } from 'node:crypto';
import { type FileHandle, open, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AdapterError } from '../../../ports/adapter-error';

/** Below this, a collection waits in memory: most are small. */
const MEMORY_BYTES = 4 * 1024 * 1024;
const READ_BYTES = 256 * 1024;
/** What a spool leaves free on the disk for everybody else; looked at again after so many bytes. */
const RESERVE_BYTES = 256 * 1024 * 1024;
const CHECK_BYTES = 64 * 1024 * 1024;

/**
 * Holds bytes until their number is known: in memory while they are few, else in a file that has no name any more, so
 * that it is gone when this process is, however it ends.
 */
export class Spool {
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private file: FileHandle | undefined;
  private written = 0;
  private checkedAt = 0;

  constructor(private readonly directory: string) {}

  get bytes(): number {
    return this.written + this.waitingBytes;
  }

  /** Keeps the chunks; they must not change. Throws: PreconditionFailed when the disk is full. */
  async append(chunks: readonly Uint8Array[]): Promise<void> {
    for (const chunk of chunks) {
      this.waiting.push(chunk);
      this.waitingBytes += chunk.length;
    }
    if (this.waitingBytes >= MEMORY_BYTES) await this.flush();
  }

  /** All bytes, in order. */
  async *read(): AsyncGenerator<Buffer> {
    let position = 0;
    while (this.file !== undefined && position < this.written) {
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, this.written - position));
      const { bytesRead } = await this.file.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0)
        throw new AdapterError('InternalError', 'a spool is shorter than written');
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
    if (this.waiting.length > 0) yield Buffer.concat(this.waiting);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    const file = this.file;
    this.file = undefined;
    this.waiting = [];
    await file?.close();
  }

  private async flush(): Promise<void> {
    const bytes = Buffer.concat(this.waiting);
    try {
      this.file ??= await this.openUnlinked();
      await this.requireSpace();
      for (let offset = 0; offset < bytes.length;) {
        const position = this.written + offset;
        offset += (await this.file.write(bytes, offset, bytes.length - offset, position))
          .bytesWritten;
      }
    } catch (error) {
      throw this.explained(error);
    }
    this.written += bytes.length;
    this.waiting = [];
    this.waitingBytes = 0;
  }

  private async openUnlinked(): Promise<FileHandle> {
    const path = join(this.directory, `pawl-spool-${randomUUID()}`);
    const file = await open(path, 'wx+', 0o600);
    await unlink(path);
    return file;
  }

  private async requireSpace(): Promise<void> {
    if (this.written < this.checkedAt) return;
    const { bavail, bsize } = await statfs(this.directory);
    if (bavail * bsize < RESERVE_BYTES) throw this.diskFull();
    this.checkedAt = this.written + CHECK_BYTES;
  }

  private explained(error: unknown): unknown {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOSPC' || code === 'EDQUOT' ? this.diskFull(error) : error;
  }

  private diskFull(cause?: unknown): AdapterError {
    return new AdapterError(
      'PreconditionFailed',
      `the disk of ${this.directory} is full after ${this.bytes} bytes of one collection, which waits there until its size ` +
        'is known; nothing was stored',
      {
        advice: `Free as much space in ${this.directory} as the two largest collections take uncompressed.`,
      },
      { cause },
    );
  }
}
