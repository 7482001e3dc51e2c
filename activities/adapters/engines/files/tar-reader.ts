import {
  BLOCK_BYTES,
  checkChecksum,
  decodeEntry,
  decodePax,
  sizeOf,
  TarError,
  textAt,
  typeFlag,
  type Segment,
  type TarEntry,
} from './tar-header';

export interface TarListener {
  onEntry(entry: TarEntry): void;
  /** Bytes of the file announced last, and where they are in it. They are the caller's again when this returns. */
  onContent?(bytes: Buffer, at: number): void;
}

/** Long names, extended attributes, and the maps of sparse files: some 60 bytes for each piece between two holes. */
const EXTENSION_LIMIT_BYTES = 128 * 1024 * 1024;

/**
 * Reads a tar as it passes, in pieces of any size, without copying contents. Knows what GNU tar, BusyBox and bsdtar
 * write: ustar, pax, GNU's long names and its sparse files of format 0.0.
 *
 * Not tar-stream: that one decodes names as UTF-8, which loses what is not, and does not tell whether the end was there.
 */
export class TarReader {
  private readonly block = Buffer.alloc(BLOCK_BYTES);
  private blockBytes = 0;
  private contentLeft = 0;
  private paddingLeft = 0;
  /** Of the file whose content passes: the segments that are still to come, and how much of the first has passed. */
  private segments: readonly Segment[] = [];
  private segmentIndex = 0;
  private segmentDone = 0;
  private extension: { kind: string; data: Buffer[] } | undefined;
  private readonly global = new Map<string, string>();
  private pending = new Map<string, string>();
  private zeroBlocks = 0;

  constructor(private readonly listener: TarListener) {}

  /** Two zero blocks were there: whoever wrote the tar had come to its end. */
  get complete(): boolean {
    return this.zeroBlocks >= 2;
  }

  /** Throws: TarError when this is no tar. */
  add(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length && !this.complete) {
      if (this.contentLeft > 0) offset += this.takeContent(chunk, offset);
      else if (this.paddingLeft > 0) offset += this.takePadding(chunk.length - offset);
      else offset += this.takeBlock(chunk, offset);
    }
  }

  private takeContent(chunk: Buffer, offset: number): number {
    const wanted = this.extension === undefined ? this.segmentLeft() : this.contentLeft;
    const bytes = chunk.subarray(offset, offset + wanted);
    this.contentLeft -= bytes.length;
    if (this.extension === undefined) this.passContent(bytes);
    else {
      this.extension.data.push(Buffer.from(bytes));
      if (this.contentLeft === 0) this.endExtension(this.extension);
    }
    return bytes.length;
  }

  private segmentLeft(): number {
    return (this.segments[this.segmentIndex]?.bytes ?? 0) - this.segmentDone;
  }

  private passContent(bytes: Buffer): void {
    const at = (this.segments[this.segmentIndex]?.at ?? 0) + this.segmentDone;
    this.segmentDone += bytes.length;
    if (this.segmentLeft() === 0) {
      this.segmentIndex += 1;
      this.segmentDone = 0;
    }
    this.listener.onContent?.(bytes, at);
  }

  private takePadding(available: number): number {
    const taken = Math.min(this.paddingLeft, available);
    this.paddingLeft -= taken;
    return taken;
  }

  private takeBlock(chunk: Buffer, offset: number): number {
    if (this.blockBytes === 0 && chunk.length - offset >= BLOCK_BYTES) {
      this.readHeader(chunk.subarray(offset, offset + BLOCK_BYTES));
      return BLOCK_BYTES;
    }
    const taken = chunk.copy(this.block, this.blockBytes, offset);
    this.blockBytes += taken;
    if (this.blockBytes === BLOCK_BYTES) {
      this.blockBytes = 0;
      this.readHeader(this.block);
    }
    return taken;
  }

  private readHeader(block: Buffer): void {
    if (block[0] === 0 && block.every((byte) => byte === 0)) {
      this.zeroBlocks += 1;
      return;
    }
    if (this.zeroBlocks > 0) throw new TarError('something follows the end mark');
    checkChecksum(block);
    const flag = typeFlag(block);
    if ('xgLK'.includes(flag)) this.beginExtension(flag, sizeOf(block));
    else this.beginEntry(decodeEntry(block, new Map([...this.global, ...this.pending])));
  }

  private beginExtension(kind: string, bytes: number): void {
    if (!(bytes > 0 && bytes <= EXTENSION_LIMIT_BYTES)) {
      throw new TarError(`an extension header has an impossible size of ${bytes} bytes`);
    }
    this.extension = { kind, data: [] };
    this.expectContent(bytes);
  }

  private endExtension({ kind, data }: { kind: string; data: Buffer[] }): void {
    const bytes = Buffer.concat(data);
    this.extension = undefined;
    if (kind === 'L') this.pending.set('path', textAt(bytes, 0, bytes.length));
    else if (kind === 'K') this.pending.set('linkpath', textAt(bytes, 0, bytes.length));
    else {
      const into = kind === 'g' ? this.global : this.pending;
      for (const [key, value] of decodePax(bytes)) into.set(key, value);
    }
  }

  private beginEntry(entry: TarEntry): void {
    if (this.pending.size > 0) this.pending = new Map();
    this.listener.onEntry(entry);
    this.segments = entry.segments;
    this.segmentIndex = 0;
    this.segmentDone = 0;
    this.expectContent(entry.segments.reduce((sum, { bytes }) => sum + bytes, 0));
  }

  private expectContent(bytes: number): void {
    this.contentLeft = bytes;
    this.paddingLeft = (BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES;
  }
}
