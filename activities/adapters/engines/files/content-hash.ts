import { createHash, hash } from 'node:crypto';

const BLOCK_BYTES = 4096;
const ZEROS = Buffer.alloc(BLOCK_BYTES);

/**
 * The hash of a file's content in which zeros cost nothing, holes or not: SHA-256 of all blocks of 4096 bytes that are
 * not zero, and which blocks they are. Of a file without such blocks, the SHA-256 of its content.
 */
export class ContentHash {
  private readonly data = createHash('sha256');
  private readonly runs: { first: number; end: number }[] = [];
  private position = 0;
  /** Whether the block at `position` has had something else than zeros. */
  private isLive = false;

  /** In order; what lies between two calls is zeros. */
  add(bytes: Buffer, at: number): void {
    this.skip(at - this.position);
    for (let offset = 0; offset < bytes.length;) {
      const piece = this.pieceAt(bytes, offset);
      if (isZero(piece)) this.skip(piece.length);
      else this.take(piece);
      offset += piece.length;
    }
  }

  result(sizeBytes: number): string {
    this.skip(sizeBytes - this.position);
    const content = this.data.digest('hex');
    const blocks = Math.ceil(sizeBytes / BLOCK_BYTES);
    const [only] = this.runs;
    if (this.runs.length === 1 && only?.first === 0 && only.end === blocks) return content;
    const map = this.runs.map(({ first, end }) => `${first}-${end};`).join('');
    return `${content}:${hash('sha256', map, 'hex')}`;
  }

  /** To the end of its block, or as many whole blocks as have something in them. */
  private pieceAt(bytes: Buffer, offset: number): Buffer {
    const inBlock = this.position % BLOCK_BYTES;
    let end = Math.min(offset + BLOCK_BYTES - inBlock, bytes.length);
    if (inBlock === 0 && !isZero(bytes.subarray(offset, end))) {
      while (end + BLOCK_BYTES <= bytes.length && !isZero(bytes.subarray(end, end + BLOCK_BYTES))) {
        end += BLOCK_BYTES;
      }
    }
    return bytes.subarray(offset, end);
  }

  private take(piece: Buffer): void {
    const block = Math.floor(this.position / BLOCK_BYTES);
    if (!this.isLive) this.data.update(ZEROS.subarray(0, this.position % BLOCK_BYTES));
    const end = Math.ceil((this.position + piece.length) / BLOCK_BYTES);
    const last = this.runs.at(-1);
    if (last !== undefined && last.end >= block) last.end = end;
    else this.runs.push({ first: block, end });
    this.data.update(piece);
    this.position += piece.length;
    this.isLive = this.position % BLOCK_BYTES !== 0;
  }

  private skip(bytes: number): void {
    const inBlock = this.position % BLOCK_BYTES;
    if (this.isLive) this.data.update(ZEROS.subarray(0, Math.min(bytes, BLOCK_BYTES - inBlock)));
    this.position += bytes;
    if (inBlock + bytes >= BLOCK_BYTES) this.isLive = false;
  }
}

/** Whether a whole file has a block of zeros; if not, its hash is the SHA-256 of its content. */
export function hasZeroBlock(content: Buffer): boolean {
  for (let offset = 0; offset < content.length; offset += BLOCK_BYTES) {
    if (isZero(content.subarray(offset, offset + BLOCK_BYTES))) return true;
  }
  return false;
}

/** Most blocks tell by a few of their bytes. */
function isZero(bytes: Buffer): boolean {
  const { length } = bytes;
  if (bytes[0] !== 0 || bytes[length >> 1] !== 0 || bytes[length - 1] !== 0) return false;
  return bytes.equals(ZEROS.subarray(0, length));
}
