/** The end of a text that comes in many small pieces, a line each: they are put together only now and then. */
export interface LastBytes {
  add(piece: Buffer): void;
  /** From the start of a line, where lines are short enough. */
  text(): string;
}

/** How many times the limit is gathered before the front is dropped: each byte is copied once or twice in all. */
const GATHERED_LIMITS = 4;
const LINE_BREAK = 0x0a;

export function lastBytes(limitBytes: number): LastBytes {
  let pieces: Buffer[] = [];
  let bytes = 0;
  let cut = false;
  const shorten = (): Buffer => {
    const all = Buffer.concat(pieces);
    const end = all.subarray(-limitBytes);
    cut ||= end.length < all.length;
    pieces = [end];
    bytes = end.length;
    return end;
  };
  return {
    add(piece) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > GATHERED_LIMITS * limitBytes) shorten();
    },
    text() {
      const end = shorten();
      const lineStart = cut ? end.indexOf(LINE_BREAK) + 1 : 0;
      return end
        .subarray(lineStart < end.length ? lineStart : 0)
        .toString('utf8')
        .trimEnd();
    },
  };
}
