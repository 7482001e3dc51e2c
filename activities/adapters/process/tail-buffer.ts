/** The end of a text that may be without end. */
export interface TailBuffer {
  add(chunk: Buffer): void;
  /** At most `limitBytes`, from the start of a line where lines are short enough. */
  text(redact: (text: string) => string): string;
}

const DEFAULT_LIMIT_BYTES = 4096;

/** Keeps twice what it shows, so that a secret cut in two at the front is never in the half that is shown. */
export function tailBuffer(limitBytes = DEFAULT_LIMIT_BYTES): TailBuffer {
  let kept = Buffer.alloc(0);
  let cut = false;
  return {
    add(chunk) {
      const all = Buffer.concat([kept, chunk]);
      cut ||= all.length > 2 * limitBytes;
      kept = all.subarray(-2 * limitBytes);
    },
    text(redact) {
      const text = redact(kept.toString('utf8'));
      if (!cut && text.length <= limitBytes) return text.trimEnd();
      const end = text.slice(-limitBytes);
      const lineStart = end.indexOf('\n') + 1;
      return (lineStart < end.length ? end.slice(lineStart) : end).trimEnd();
    },
  };
}
