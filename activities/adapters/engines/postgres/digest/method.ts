import type { ContentDigest } from '../../../../../workflows/model/recovery-point';

/** Names how a content's rows are digested, and on which major version they were. */
export type MethodOf = (content: string) => string;

/** One value of each row. */
export interface HashedColumn {
  /** SQL. */
  readonly value: string;
  /** One of `HASHABLE_TYPES`, or `ARRAY_TYPE`; null for what is hashed as text. */
  readonly type: string | null;
}

const COLUMN_HASHES = 'column_hashes';
const TEXT_HASH = 'hashtextextended';
const METHOD = /^pg2?:sum\((\w+)\)\/\d+(?:\+path)?$/;

/** Ends the method of what could be read only with all schemas in the search path: names print without theirs then. */
const WITH_PATH = '+path';

/** Until 2026-11, partitions were contents of their own, and generated columns were hashed. */
const OLDER_METHOD = /^pg:sum\(/;

/** The functions of hash partitioning, which stay what they are from version to version. */
const HASH_FUNCTIONS: Readonly<Record<string, string>> = {
  ...{ int2: 'hashint2extended', int4: 'hashint4extended', int8: 'hashint8extended' },
  ...{ oid: 'hashoidextended', pg_lsn: 'pg_lsn_hash_extended', numeric: 'hash_numeric_extended' },
  ...{ float4: 'hashfloat4extended', float8: 'hashfloat8extended', char: 'hashcharextended' },
  ...{
    uuid: 'uuid_hash_extended',
    jsonb: 'jsonb_hash_extended',
    interval: 'interval_hash_extended',
  },
  ...{
    timestamp: 'timestamp_hash_extended',
    time: 'time_hash_extended',
    timetz: 'timetz_hash_extended',
  },
  ...{ inet: 'hashinetextended', cidr: 'hashinetextended' },
  ...{ macaddr: 'hashmacaddrextended', macaddr8: 'hashmacaddr8extended' },
};

/** Those need a collation, and byte by byte is what is meant. */
const TEXT_FUNCTIONS: Readonly<Record<string, string>> = {
  text: 'hashtextextended',
  varchar: 'hashtextextended',
  bpchar: 'hashbpcharextended',
  name: 'hashnameextended',
};

/** Of any type that has a hash. */
export const ARRAY_TYPE = 'array';

/** Hashed as a record of one value, which takes twice as long: no function takes them, or not without a cast. */
const RECORD_TYPES = ['bool', 'bytea', 'date'];

/**
 * Types whose own hash speaks for the whole value and is the same on another server. All others are hashed as text:
 * json and xml have no hash; an enum's is that of its OID, which a restore changes; an extension's may leave
 * something out (citext: the case).
 */
export const HASHABLE_TYPES = [
  ...Object.keys(HASH_FUNCTIONS),
  ...Object.keys(TEXT_FUNCTIONS),
  ...RECORD_TYPES,
  'timestamptz',
];

/**
 * The sum of the rows' 64-bit hashes: the order does not matter, and PostgreSQL computes it in parallel. A row's hash joins
 * those of its columns, each begun with the column's number; before PostgreSQL 14 the row's text is hashed.
 * Source: measured with PostgreSQL 15, 8 M rows of pgbench, one process: count alone 1.0 s, with the hashes of columns
 * 1.6 s, with that of a record of them (`hash_record_extended`) 3.6 s, with that of the text 9 s
 */
export function ownMethod(major: number): MethodOf {
  const method = `pg2:sum(${major >= 14 ? COLUMN_HASHES : TEXT_HASH})/${major}`;
  return () => method;
}

/** The method that was expected of each content, where a server of this version knows it; else its own. */
export function expectedMethod(expected: readonly ContentDigest[], major: number): MethodOf {
  const methods = new Map(expected.map(({ name, method }) => [name, method]));
  const own = ownMethod(major);
  return (content) => {
    const method = methods.get(content) ?? '';
    const hash = METHOD.exec(method)?.[1];
    return hash === TEXT_HASH || (hash === COLUMN_HASHES && major >= 14) ? method : own(content);
  };
}

export function withPath(method: string): string {
  return needsPath(method) ? method : `${method}${WITH_PATH}`;
}

export function needsPath(method: string): boolean {
  return method.endsWith(WITH_PATH);
}

/** Whether a content was digested as `older-manifest.ts` says. */
export function isOlderMethod(method: string): boolean {
  return OLDER_METHOD.test(method);
}

/** SQL: the digest of all rows with these columns. */
export function sumOfHashes(method: string, columns: readonly HashedColumn[]): string {
  const hash = method.includes(COLUMN_HASHES) ? columnHashes(columns) : textHash(columns);
  return `coalesce(sum(${hash}), 0)::text`;
}

function textHash(columns: readonly HashedColumn[]): string {
  const values = columns.map(({ value, type }) => (type === null ? asText(value) : value));
  return `pg_catalog.${TEXT_HASH}(row(${values.join(', ')})::text collate "C", 0)`;
}

function columnHashes(columns: readonly HashedColumn[]): string {
  const hashes = columns.map(
    (column, index) => `coalesce(${hashOf(column, index + 1)}, ${index + 1})`,
  );
  return hashes.length === 0 ? '0::bigint' : hashes.join(' operator(pg_catalog.#) ');
}

function hashOf({ value, type }: HashedColumn, seed: number): string {
  const call = (name: string, argument: string): string =>
    `pg_catalog.${name}(${argument}, ${seed})`;
  if (type === null) return call(TEXT_HASH, asText(value));
  const ofText = TEXT_FUNCTIONS[type];
  if (ofText !== undefined) return call(ofText, `${value} collate "C"`);
  const own = HASH_FUNCTIONS[type];
  if (own !== undefined) return call(own, value);
  if (type === 'timestamptz') {
    return call('timestamp_hash_extended', `pg_catalog.timezone('UTC', ${value})`);
  }
  return call('hash_record_extended', `row(${value})`);
}

/**
 * As part of a row a value is printed by its type's own output function, as pg_dump prints it. A cast of the value itself
 * may be a function that some user wrote, and it would run with our rights.
 */
function asText(value: string): string {
  return `row(${value})::text collate "C"`;
}
