import type { ContentDigest } from '../../../../workflows/model/recovery-point';

/** Names how a content's rows are digested, and on which major version they were. */
export type MethodOf = (content: string) => string;

const RECORD_HASH = 'hash_record_extended';
const TEXT_HASH = 'hashtextextended';
const METHOD = /^pg:sum\((\w+)\)\/\d+$/;

/**
 * The sum of the rows' 64-bit hashes: the order does not matter, and PostgreSQL computes it in parallel. The hash of a
 * record is the function of hash partitioning, so it stays what it is from version to version; before PostgreSQL 14 it
 * does not exist, and the row's text is hashed.
 * Source: measured with PostgreSQL 15 on 905 MB: sum over records 1.6 s, over their text 4.5 s
 */
export function ownMethod(major: number): MethodOf {
  const method = `pg:sum(${major >= 14 ? RECORD_HASH : TEXT_HASH})/${major}`;
  return () => method;
}

/** The method that was expected of each content, where a server of this version knows it; else its own. */
export function expectedMethod(expected: readonly ContentDigest[], major: number): MethodOf {
  const methods = new Map(expected.map(({ name, method }) => [name, method]));
  const own = ownMethod(major);
  return (content) => {
    const method = methods.get(content) ?? '';
    const hash = METHOD.exec(method)?.[1];
    return hash === TEXT_HASH || (hash === RECORD_HASH && major >= 14) ? method : own(content);
  };
}

/** SQL: the digest of all rows with these columns. */
export function sumOfHashes(method: string, columns: readonly string[]): string {
  const row = `row(${columns.join(', ')})`;
  const hash = method.includes(RECORD_HASH)
    ? `pg_catalog.${RECORD_HASH}(${row}, 0)`
    : `pg_catalog.${TEXT_HASH}(${row}::text collate "C", 0)`;
  return `coalesce(sum(${hash}), 0)::text`;
}
