import type { ContentDigest } from '../../../../../workflows/model/recovery-point';
import type { Table } from './tables';

/*
 * The digest of a table is the sum of its rows' hashes, and so those of partitions can be added up: a restore may put a row
 * into another partition than it came from (hash partitions of enums, ranges of texts under another version of a collation).
 */

/** The method of what is there and was not counted. */
const UNPROVED = 'pg:unproved';

/** A content of which nothing is known but that it is there. */
export function unproved(name: string): ContentDigest {
  return { name, rows: 0, digest: 'not counted', method: UNPROVED };
}

export function isUnproved({ method }: Pick<ContentDigest, 'method'>): boolean {
  return method === UNPROVED;
}

/** Digests of tables as contents: partitions as what they are parts of; what an unread table is a part of is unproved. */
export function contentsOf(
  tables: readonly Table[],
  digests: readonly ContentDigest[],
  unread: readonly Table[],
): ContentDigest[] {
  const rootOf = new Map(tables.map(({ name, root }) => [name, root]));
  const contents = addUp(digests, (name) => rootOf.get(name) ?? name);
  for (const { root } of unread) contents.set(root, unproved(root));
  return [...contents.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Contents added up under other names. */
export function addUp(
  contents: readonly ContentDigest[],
  nameFor: (name: string) => string,
): Map<string, ContentDigest> {
  const sums = new Map<string, ContentDigest>();
  for (const content of contents) {
    const name = nameFor(content.name);
    const sum = sums.get(name);
    sums.set(name, sum === undefined ? { ...content, name } : add(sum, content));
  }
  return sums;
}

function add(sum: ContentDigest, { rows, digest }: ContentDigest): ContentDigest {
  return {
    ...sum,
    rows: sum.rows + rows,
    digest: String(BigInt(sum.digest) + BigInt(digest)),
  };
}
