import type { Socket } from 'node:net';
import { Readable } from 'node:stream';

/** Each frame: one byte stream, three bytes nothing, four bytes length. Source: Engine API, "Attach", Stream format. */
const HEADER_BYTES = 8;
const STDERR = 2;

const BUFFER_BYTES = 64 * 1024;
const BEGINNING_BYTES = 500;

export interface Demultiplexed {
  readonly stdout: Readable;
  /** Resolves when nothing more comes; `whole` when the connection ended in order and between two frames. */
  readonly ended: Promise<{ readonly whole: boolean }>;
  /** The first bytes of stdout, as text. */
  readonly beginning: () => string;
}

/**
 * Parts an exec's connection into stdout and stderr, without copying. Not docker-modem's `demuxStream`: that one never
 * pauses the connection, so a slow consumer has the whole dump in memory. Here the socket stops when stdout's buffer
 * is full, and the engine then stops the program.
 */
export function demultiplex(socket: Socket, onStderr: (chunk: Buffer) => void): Demultiplexed {
  const stdout = new Readable({
    highWaterMark: BUFFER_BYTES,
    read: () => void socket.resume(),
    // A consumer that gives up closes the connection: the program ends by SIGPIPE instead of waiting for ever.
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  let beginning = '';
  const frames = new FrameReader((stream, bytes) => {
    if (stream === STDERR) {
      onStderr(bytes);
      return;
    }
    beginning ||= bytes.toString('utf8', 0, BEGINNING_BYTES);
    if (!stdout.push(bytes)) socket.pause();
  });
  const ended = new Promise<{ whole: boolean }>((resolve) => {
    const end = (whole: boolean): void => {
      if (!stdout.destroyed && !stdout.readableEnded) stdout.push(null);
      resolve({ whole: whole && frames.betweenFrames });
    };
    socket.once('end', () => {
      end(true);
    });
    socket.once('error', () => {
      end(false);
    });
    socket.once('close', () => {
      end(false);
    });
  });
  socket.on('data', (chunk: Buffer) => {
    frames.add(chunk);
  });
  return { stdout, ended, beginning: () => beginning };
}

export class FrameReader {
  private readonly header = Buffer.alloc(HEADER_BYTES);
  private headerBytes = 0;
  private payloadLeft = 0;

  constructor(private readonly onPayload: (stream: number, bytes: Buffer) => void) {}

  get betweenFrames(): boolean {
    return this.headerBytes === 0 && this.payloadLeft === 0;
  }

  add(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      offset +=
        this.payloadLeft > 0 ? this.takePayload(chunk, offset) : this.takeHeader(chunk, offset);
    }
  }

  private takeHeader(chunk: Buffer, offset: number): number {
    const taken = chunk.copy(this.header, this.headerBytes, offset);
    this.headerBytes += taken;
    if (this.headerBytes === HEADER_BYTES) {
      this.headerBytes = 0;
      this.payloadLeft = this.header.readUInt32BE(4);
    }
    return taken;
  }

  private takePayload(chunk: Buffer, offset: number): number {
    const bytes = chunk.subarray(offset, offset + this.payloadLeft);
    this.payloadLeft -= bytes.length;
    this.onPayload(this.header[0] ?? 0, bytes);
    return bytes.length;
  }
}
