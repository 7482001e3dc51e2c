import { formatCount } from './format-count';
import { parseQualifiedName, qualifiedName } from './qualified-name';
import type { ContentDigest } from './recovery-point';

/** Differences named in a message; more would hide the first. */
const NAMED = 5;

/**
 * Compares what was restored with what the manifest promises, table by table.
 * Shape:  expected, actual → sentences, empty when equal
 */
export function compareContents(
  expected: readonly ContentDigest[],
  actual: readonly ContentDigest[],
): string[] {
  const found = new Map(actual.map((content) => [content.name, content]));
  const differences: string[] = [];
  for (const promised of expected) {
    const difference = compareOne(promised, found.get(promised.name));
    if (difference !== undefined) differences.push(difference);
    found.delete(promised.name);
  }
  for (const name of found.keys()) differences.push(`${name} was not in the recovery point`);
  return differences;
}

function compareOne(
  promised: ContentDigest,
  actual: ContentDigest | undefined,
): string | undefined {
  if (actual === undefined) return `${promised.name} is missing`;
  if (actual.rows !== promised.rows) {
    return `${promised.name} has ${formatCount(actual.rows, 'row')} instead of ${promised.rows.toLocaleString('en-GB')}`;
  }
  if (actual.method !== promised.method) {
    return `${promised.name} could not be compared: ${actual.method} is not ${promised.method}`;
  }
  if (actual.digest !== promised.digest) {
    return `${promised.name} has ${formatCount(actual.rows, 'row')} as promised, but other content`;
  }
  return undefined;
}

/** The first differences as one sentence. */
export function describeDifferences(differences: readonly string[]): string {
  const named = differences.slice(0, NAMED).join('; ');
  const more = differences.length - NAMED;
  return more > 0 ? `${named}; and ${more} more` : named;
}

/** Contents but those of these names, however each is quoted. */
export function withoutNamed(
  contents: readonly ContentDigest[],
  names: readonly string[],
): readonly ContentDigest[] {
  if (names.length === 0) return contents;
  const left = new Set(names.map(spelled));
  return contents.filter(({ name }) => !left.has(spelled(name)));
}

function spelled(name: string): string {
  const parts = parseQualifiedName(name);
  return parts === undefined ? name : qualifiedName(parts);
}
