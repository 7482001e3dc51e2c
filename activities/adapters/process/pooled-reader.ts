import { Socket, type OnReadOpts } from 'node:net';
import { Readable } from 'node:stream';

/** What a pipe holds on Linux: no read gets more. */
const CHUNK_BYTES = 64 * 1024;

/** More than this would be kept for nothing: the one who reads is slow, and these are what it holds back. */
const MOST_SPARE = 1024;

export interface PooledReader {
  readonly stream: Readable;
  /**
   * Gives a chunk of the stream back when nobody needs its bytes any more: they will be written over. A chunk that is never
   * given back is the garbage collector's, as everywhere else.
   */
  recycle(chunk: Buffer): void;
}

/**
 * Reads a pipe, whose descriptor it closes, into buffers that are used again. Node allocates one for each read, and their
 * freeing is half of the CPU that a large dump costs the worker: V8 marks its whole heap for every 64 MB of them.
 */
export function createPooledReader(descriptor: number): PooledReader {
  const pool = new Pool();
  return {
    stream: new PipeStream(descriptor, pool),
    recycle: (chunk) => {
      pool.give(chunk);
    },
  };
}

class Pool {
  private readonly spare: Buffer[] = [];
  /** What was handed out whole, and how long it was: a piece of it proves nothing of the rest. */
  private readonly lengths = new WeakMap<ArrayBufferLike, number>();

  take(): Buffer {
    return this.spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
  }

  /** The filled part of a buffer, as a chunk. Little in a large buffer is copied: memory is bounded by bytes, not buffers. */
  chunk(memory: ArrayBufferLike, bytes: number): Buffer {
    const filled = Buffer.from(memory, 0, bytes);
    if (bytes < CHUNK_BYTES / 2) {
      this.keep(memory);
      return Buffer.from(filled);
    }
    this.lengths.set(memory, bytes);
    return filled;
  }

  give({ buffer, byteOffset, length }: Buffer): void {
    if (byteOffset !== 0 || this.lengths.get(buffer) !== length) return;
    this.lengths.delete(buffer);
    this.keep(buffer);
  }

  private keep(memory: ArrayBufferLike): void {
    if (this.spare.length < MOST_SPARE) this.spare.push(Buffer.from(memory));
  }
}

class PipeStream extends Readable {
  private readonly socket: Socket;

  constructor(descriptor: number, pool: Pool) {
    super({ highWaterMark: CHUNK_BYTES });
    const onread: OnReadOpts = {
      buffer: () => pool.take(),
      callback: (bytes, { buffer }) => this.push(pool.chunk(buffer, bytes)),
    };
    // Documented for `connect`, which hands its options on to this constructor.
    const options = { fd: descriptor, readable: true, writable: false, onread };
    this.socket = new Socket(options);
    this.socket.pause();
    this.socket.once('end', () => this.push(null));
    this.socket.once('error', (error) => this.destroy(error));
  }

  override _read(): void {
    this.socket.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.socket.destroy();
    done(error);
  }
}
