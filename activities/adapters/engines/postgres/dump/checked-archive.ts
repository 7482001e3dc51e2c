import { once } from 'node:events';
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { ArchiveCheck, ARCHIVE_MARK } from './archive-check';

/** An archive on its way: passes it on, and knows at the end whether it was whole. */
export class CheckedArchive extends Transform {
  private readonly check = new ArchiveCheck();

  constructor(private readonly source: Readable) {
    super();
    source.on('error', (error) => this.destroy(error));
    source.pipe(this);
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.check.take(bytes);
    done(null, bytes);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.source.destroy();
    done(error);
  }

  /** Waits for the first bytes, and leaves them there. What is wrong with them; undefined when an archive begins so. */
  async beginning(): Promise<string | undefined> {
    const head = await peek(this, ARCHIVE_MARK.length);
    return head.toString('latin1') === ARCHIVE_MARK
      ? undefined
      : `no archive (${head.length} bytes)`;
  }

  /** Call it when the stream has ended. What is wrong with the archive; undefined when it is whole. */
  shortcoming(): string | undefined {
    return this.check.shortcoming();
  }

  /** For the manifest: what could not be checked. */
  notes(): readonly string[] {
    return this.check.note === undefined ? [] : [this.check.note];
  }
}

/** The first bytes of a stream, which keeps them; fewer when it ends before. */
async function peek(stream: Readable, length: number): Promise<Buffer> {
  for (;;) {
    const bytes = stream.read(length) as Buffer | null;
    if (bytes !== null) {
      stream.unshift(bytes);
      return bytes;
    }
    if (stream.readableEnded || stream.destroyed) return Buffer.alloc(0);
    await Promise.race([once(stream, 'readable'), once(stream, 'end'), once(stream, 'close')]);
  }
}
