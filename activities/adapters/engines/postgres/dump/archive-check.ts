import { archiveGrammar, ArchiveDamaged, type ArchiveState, type Want } from './archive-format';

/** What every archive of pg_dump begins with. */
export const ARCHIVE_MARK = 'PGDMP';

const INTEGER_BYTES = 5;

/**
 * Follows an archive as it passes by, and knows at its end whether that was all: the custom format has no end mark, so
 * half an archive looks whole to whoever only stores it. Nothing is copied, and content is stepped over unseen.
 */
export class ArchiveCheck {
  private readonly state: ArchiveState = { reading: 'header', awaited: new Set() };
  private readonly grammar = archiveGrammar(this.state);
  /** Undefined after the archive's last field. */
  private want: Want | undefined = 'byte';
  /** Bytes to be stepped over before what is wanted. */
  private passing = ARCHIVE_MARK.length;
  /** An integer of which only the first bytes have come. */
  private readonly split = Buffer.alloc(INTEGER_BYTES);
  private splitBytes = 0;
  private damage: string | undefined;

  constructor() {
    this.advance();
  }

  /** The next bytes of the stream, in pieces of any size. */
  take(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && this.damage === undefined && !this.isUnknown) {
      if (this.passing > 0) {
        const passed = Math.min(this.passing, bytes.length - at);
        this.passing -= passed;
        at += passed;
      } else at = this.takeField(bytes, at);
    }
  }

  /** For the manifest, when the archive's version is not known here and so nothing was checked. */
  get note(): string | undefined {
    const { unknownVersion } = this.state;
    if (unknownVersion === undefined) return undefined;
    return `Whether the archive is whole was not checked: pawl does not know its version ${unknownVersion}.`;
  }

  /** Call it when the stream has ended. What is wrong with the archive; undefined when it is whole. */
  shortcoming(): string | undefined {
    if (this.damage !== undefined) return `a damaged archive: ${this.damage}`;
    const isCut = this.want !== undefined || this.passing > 0;
    if (!isCut || this.isUnknown) return undefined;
    const { reading, awaited } = this.state;
    if (reading === 'data' && awaited.size > 0) {
      return `only a part of an archive: the data of ${awaited.size} tables is missing or cut off`;
    }
    return `only a part of an archive: it is cut off in its ${reading === 'header' ? reading : 'table of contents'}`;
  }

  private get isUnknown(): boolean {
    return this.state.unknownVersion !== undefined;
  }

  private takeField(bytes: Buffer, at: number): number {
    if (this.want === undefined) {
      this.damage = 'it goes on after its end';
      return bytes.length;
    }
    if (this.want === 'byte') {
      this.advance(bytes[at]);
      return at + 1;
    }
    if (this.splitBytes > 0 || bytes.length - at < INTEGER_BYTES) return this.takeSplit(bytes, at);
    if (this.want === 'chunks') {
      const end = this.takeChunks(bytes, at);
      if (end > at) return end;
    }
    this.takeInteger(bytes, at);
    return at + INTEGER_BYTES;
  }

  private takeSplit(bytes: Buffer, at: number): number {
    const taken = bytes.copy(this.split, this.splitBytes, at, at + INTEGER_BYTES - this.splitBytes);
    this.splitBytes += taken;
    if (this.splitBytes === INTEGER_BYTES) {
      this.splitBytes = 0;
      this.takeInteger(this.split, 0);
    }
    return at + taken;
  }

  /** The tight loop: each row of a table is a chunk, so there are millions of them in a gigabyte. */
  private takeChunks(bytes: Buffer, from: number): number {
    let at = from;
    const last = bytes.length - INTEGER_BYTES;
    while (at <= last) {
      const length = bytes.readInt32LE(at + 1);
      if (length <= 0 || bytes[at] !== 0) return at;
      at += INTEGER_BYTES + length;
    }
    if (at <= bytes.length) return at;
    this.passing = at - bytes.length;
    return bytes.length;
  }

  private takeInteger(bytes: Buffer, at: number): void {
    const sign = bytes[at];
    const size = bytes.readInt32LE(at + 1);
    if (sign !== 0 && sign !== 1) {
      this.damage = `it has no number where one belongs in its ${this.state.reading}`;
    } else if (this.want === 'chunks' && size !== 0) {
      if (sign === 1 || size < 0) this.damage = 'it has content of a negative length';
      else this.passing = size;
    } else {
      if (this.want === 'text' && sign === 0) this.passing = size;
      this.advance(sign === 1 ? -size : size);
    }
  }

  private advance(value = 0): void {
    try {
      let next = this.grammar.next(value);
      while (typeof next.value === 'number') {
        this.passing += next.value;
        next = this.grammar.next(0);
      }
      this.want = next.done === true ? undefined : next.value;
    } catch (error) {
      if (!(error instanceof ArchiveDamaged)) throw error;
      this.damage = error.message;
    }
  }
}
