import { Transform, type TransformCallback } from 'node:stream';
import { AdapterError } from '../../../ports/adapter-error';
import { END_OF_ARCHIVE } from './tar-archive';

/** Passes a tar archive on and looks at its end: cut off between two files, an archive reads as if it were whole. */
export class EndOfArchiveCheck extends Transform {
  private tail = Buffer.alloc(0);

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const last = chunk.subarray(-END_OF_ARCHIVE.length);
    this.tail = Buffer.concat([this.tail, last]).subarray(-END_OF_ARCHIVE.length);
    done(null, chunk);
  }

  /** Throws: CommandFailed when the archive did not end with its end mark. */
  requireSeen(): void {
    if (this.tail.equals(END_OF_ARCHIVE)) return;
    throw new AdapterError('CommandFailed', 'the dump is cut off: its end mark is missing');
  }
}
