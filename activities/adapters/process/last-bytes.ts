/** The end of a text that may be without end, and may come in many small pieces: they are put together only now and then. */
export interface LastBytes {
  add(piece: Buffer): void;
  /** At most as much as it was made for, from the start of a line where lines are short enough. */
  text(redact?: (text: string) => string): string;
}

const DEFAULT_LIMIT_BYTES = 4096;
/** How many times the limit is gathered before the front is dropped: each byte is copied once or twice in all. */
const GATHERED_LIMITS = 6;
const LINE_BREAK = 0x0a;

/** Keeps twice what it shows, so that a secret cut in two at the front is never in the half that is shown. */
export function lastBytes(limitBytes = DEFAULT_LIMIT_BYTES): LastBytes {
  let pieces: Buffer[] = [];
  let bytes = 0;
  let isCut = false;
  const shorten = (): Buffer => {
    const all = Buffer.concat(pieces);
    const end = all.subarray(-2 * limitBytes);
    isCut ||= end.length < all.length;
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
    text(redact = (text) => text) {
      const kept = Buffer.from(redact(shorten().toString('utf8')));
      const end = kept.subarray(-limitBytes);
      const lineStart = isCut || end.length < kept.length ? end.indexOf(LINE_BREAK) + 1 : 0;
      return end
        .subarray(lineStart < end.length ? lineStart : 0)
        .toString('utf8')
        .trimEnd();
    },
  };
}
