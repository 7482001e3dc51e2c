import { quoted } from './printable';

/** `; did you mean …?` when one of the known words is near, else the known words. Begins with its own punctuation. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  if (near !== undefined) return `; did you mean ${quoted(near)}?`;
  return known.length === 0 ? '' : `; known here: ${known.map(quoted).join(', ')}`;
}

function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 60) return undefined;
  const farthest = Math.max(1, Math.floor(word.length / 3));
  const ranked = known
    .map((candidate) => ({ candidate, steps: editDistance(word.toLowerCase(), candidate) }))
    .filter(({ steps }) => steps <= farthest)
    .sort((left, right) => left.steps - right.steps);
  return ranked[0]?.candidate;
}

/** Optimal string alignment: insertions, deletions, replacements and swapped neighbours. */
function editDistance(left: string, right: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const steps = [
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      ];
      if (swapped && row > 1) steps.push(at(older, column - 2) + 1);
      current.push(Math.min(...steps));
    }
    older = previous;
    previous = current;
  }
  return at(previous, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
