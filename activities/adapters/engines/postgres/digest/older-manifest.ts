import type { ContentDigest } from '../../../../../workflows/model/recovery-point';
import { isOlderMethod, ownMethod } from './method';
import { addUp } from './partitions';
import type { Table } from './tables';

/*
 * Manifests of before 2026-11-29 have each partition as a content of its own, hash generated columns with the others, and
 * leave out what an extension owns. A restore is compared with them like with like, as far as that can be.
 */

export function isOlderManifest(expected: readonly ContentDigest[]): boolean {
  return expected.some(({ method }) => isOlderMethod(method));
}

/** The tables that such a manifest speaks of. */
export function tablesOfOlder(tables: readonly Table[]): readonly Table[] {
  return tables
    .filter(({ isOfExtension }) => !isOfExtension)
    .map((table) => ({ ...table, root: table.name }));
}

/**
 * What is to be said of restored tables, beside such a manifest. Partitions that are right together are right each: a row
 * may have come into another one. A table with generated columns that is not as expected has a method of today: those
 * columns may have been computed otherwise, and so it cannot be compared.
 */
export function asOlderManifest(
  digests: readonly ContentDigest[],
  expected: readonly ContentDigest[],
  tables: readonly Table[],
  major: number,
): ContentDigest[] {
  const tableOf = new Map(tables.map((table) => [table.name, table]));
  const nameFor = (name: string): string => tableOf.get(name)?.root ?? name;
  const isPart = ({ name }: ContentDigest): boolean => nameFor(name) !== name;
  const wanted = addUp(expected.filter(isPart), nameFor);
  const found = addUp(digests.filter(isPart), nameFor);
  const expectedOf = new Map(expected.map((content) => [content.name, content]));
  return digests.map((content) => {
    const wish = expectedOf.get(content.name);
    if (wish === undefined || wish.method !== content.method) return content;
    const root = nameFor(content.name);
    if (root !== content.name && isSame(wanted.get(root), found.get(root))) return wish;
    const isComputed = tableOf.get(content.name)?.columns.some(({ isGenerated }) => isGenerated);
    const differs = wish.digest !== content.digest && wish.rows === content.rows;
    return isComputed === true && differs
      ? { ...content, method: ownMethod(major)(content.name) }
      : content;
  });
}

function isSame(one: ContentDigest | undefined, other: ContentDigest | undefined): boolean {
  return one?.rows === other?.rows && one?.digest === other?.digest;
}
