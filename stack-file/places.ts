import type { Place, SourceFile } from './tree';

/**
 * Turns offsets into places. Not `yaml`'s own LineCounter: that answers line 0 for a file without a line break and
 * passes the last line for an error at the end of the file.
 */
export class Places {
  private readonly lineStarts: readonly number[];

  constructor(private readonly source: SourceFile) {
    const breaks = [...source.text.matchAll(/\n/g)].map(({ index }) => index + 1);
    this.lineStarts = [0, ...breaks];
  }

  /** The part of `start`…`end` that lies on its first line. */
  at(start: number, end: number = start): Place {
    const offset = Math.max(0, Math.min(start, this.source.text.length));
    const line = this.lineOf(offset);
    const lineStart = this.lineStarts[line - 1] ?? 0;
    const lineEnd = (this.lineStarts[line] ?? this.source.text.length + 1) - 1;
    const length = Math.max(0, Math.min(end, lineEnd) - offset);
    return { source: this.source, line, column: offset - lineStart + 1, length };
  }

  private lineOf(offset: number): number {
    let low = 0;
    let high = this.lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}
