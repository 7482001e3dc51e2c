/** A number in an archive: its sign, then four bytes, the smallest first. */
export const INTEGER_BYTES = 5;

/** What is larger is no head, or too much to keep in memory. */
const MOST_BYTES = 512 * 1024 * 1024;

/** The bytes end before what is to be read. */
class TooFew extends Error {}

export class Cursor {
  constructor(
    private readonly bytes: Buffer,
    public at: number,
  ) {}

  byte(): number {
    return this.raw(1)[0] ?? 0;
  }

  integer(): number {
    const bytes = this.raw(INTEGER_BYTES);
    const value = bytes.readUInt32LE(1);
    return bytes[0] === 0 ? value : -value;
  }

  text(): string {
    return this.optionalText() ?? '';
  }

  optionalText(): string | undefined {
    const length = this.integer();
    return length < 0 ? undefined : this.raw(length).toString();
  }

  /** Returns where it ends. */
  skipText(): number {
    this.raw(Math.max(0, this.integer()));
    return this.at;
  }

  raw(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new TooFew();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

/** What has come of a stream, all of it. */
export class Window {
  private space = Buffer.alloc(64 * 1024);
  private length = 0;

  constructor(private readonly chunks: AsyncIterator<Buffer>) {}

  get bytes(): Buffer {
    return this.space.subarray(0, this.length);
  }

  /** Reads again from the same place when more has come; undefined where the stream ends before. */
  async take<Result>(
    at: number,
    read: (cursor: Cursor) => Result | undefined,
  ): Promise<Result | undefined> {
    for (;;) {
      try {
        return read(new Cursor(this.bytes, at));
      } catch (error) {
        if (!(error instanceof TooFew)) throw error;
      }
      if (!(await this.more())) return undefined;
    }
  }

  private async more(): Promise<boolean> {
    if (this.length > MOST_BYTES) return false;
    const next = await this.chunks.next();
    if (next.done === true) return false;
    const { value } = next;
    if (this.length + value.length > this.space.length) {
      const space = Buffer.alloc(2 * (this.length + value.length));
      this.space.copy(space, 0, 0, this.length);
      this.space = space;
    }
    value.copy(this.space, this.length);
    this.length += value.length;
    return true;
  }
}
