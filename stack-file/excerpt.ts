import { printable, widthOf } from './printable';
import type { Place, SourceFile } from './tree';

const SHOWN_COLUMNS = 100;

/**
 * The line of a file with a pointer to a place in it. What stands at one of the `masked` places (a password that should
 * not be there) is shown as asterisks: error output ends in logs.
 */
export function renderExcerpt(place: Place, masked: readonly Place[]): string {
  const line = maskedLine(place, masked);
  const start = Math.min(place.column - 1, line.length);
  const first = start > SHOWN_COLUMNS - 20 ? start - 40 : 0;
  const before = (first > 0 ? '…' : '') + printable(line.slice(first, start));
  const rest = line.slice(start);
  const shown = printable(rest.slice(0, SHOWN_COLUMNS));
  const marked = printable(rest.slice(0, Math.min(place.length, SHOWN_COLUMNS)));
  const number = String(place.line);
  const margin = ' '.repeat(number.length);
  const cut = rest.length > SHOWN_COLUMNS ? '…' : '';
  const pointer = ' '.repeat(widthOf(before)) + '^'.repeat(Math.max(1, widthOf(marked)));
  return `  ${number} | ${before}${shown}${cut}\n  ${margin} | ${pointer}`;
}

function maskedLine(place: Place, masked: readonly Place[]): string {
  const line = linesOf(place.source)[place.line - 1]?.replace(/\r$/, '') ?? '';
  return masked
    .filter((mask) => mask.source === place.source && mask.line === place.line)
    .reduce((text, { column, length }) => {
      const end = Math.min(column - 1 + length, text.length);
      return text.slice(0, column - 1) + '*'.repeat(end - column + 1) + text.slice(end);
    }, line);
}

/** A file may have thousands of problems; it is cut into lines once. */
const cutFiles = new WeakMap<SourceFile, readonly string[]>();

function linesOf(source: SourceFile): readonly string[] {
  const lines = cutFiles.get(source) ?? source.text.split('\n');
  cutFiles.set(source, lines);
  return lines;
}
