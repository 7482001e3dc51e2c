import Table from 'cli-table3';
import { printable, wrapHard } from './format';

const BORDERLESS = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'],
    ...['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ].map((place) => [place, '']),
);
const GAP = '  ';
/** A column that has to give way keeps so much; where not all can, every record has lines of its own. */
const NARROWEST = 7;

type Row = readonly string[];

/**
 * One record per row, no borders: easy to read, and to cut with other tools. Where `width` is less than that takes, cells
 * are broken between words; where it is far less, each record becomes a list.
 */
export function renderTable(head: Row, rows: readonly Row[], width = Infinity): string {
  const shown = rows.map((row) => row.map(printable));
  const widths = fitColumns([head, ...shown], width);
  if (widths === undefined) return renderRecords(head, shown, width);
  const table = new Table({
    head: breakCells(head, widths),
    chars: { ...BORDERLESS, middle: GAP },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of shown) table.push(breakCells(row, widths));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** What each column may have; the widest ones give way. Undefined when all of them together have no room. */
function fitColumns(rows: readonly Row[], width: number): number[] | undefined {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => Array.from(row[column] ?? '').length)),
  );
  const room = width - GAP.length * (columns - 1);
  let needed = widths.reduce((sum, one) => sum + one, 0);
  for (; needed > room; needed -= 1) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) return undefined;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function breakCells(row: Row, widths: readonly number[]): string[] {
  return row.map((cell, column) => wrapHard(cell, widths[column] ?? Infinity).join('\n'));
}

function renderRecords(head: Row, rows: readonly Row[], width: number): string {
  const column = Math.max(...head.map((name) => name.length));
  const indent = ' '.repeat(column + GAP.length);
  const records = rows.map((row) =>
    row
      .flatMap((cell, index) =>
        wrapHard(cell, Math.max(NARROWEST, width - indent.length)).map((line, at) =>
          at === 0 ? `${(head[index] ?? '').padEnd(column)}${GAP}${line}` : `${indent}${line}`,
        ),
      )
      .map((line) => line.trimEnd())
      .join('\n'),
  );
  return records.join('\n\n');
}
