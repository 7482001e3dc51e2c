/*
 * The custom format of pg_dump as a grammar: what comes after what. The bytes are not here; `archive-check.ts` has them.
 *
 * Source: PostgreSQL, src/bin/pg_dump/pg_backup_archiver.c (WriteHead, WriteToc, WriteInt, WriteStr, WriteOffset) and
 * pg_backup_custom.c (_StartData, _EndData, _StartLOs, _StartLO, _EndLO, _EndLOs), versions 10 to 18
 */

/**
 * What the grammar wants next, and what it is then given.
 * integer  a sign byte and four bytes, the smallest first → its value
 * text     an integer and as many bytes → the integer; negative for NULL, which has no bytes
 * chunks   texts up to one of length 0, which ends them → 0
 * number   as many bytes, whatever they are → 0
 */
export type Want = 'byte' | 'integer' | 'text' | 'chunks' | number;

/** What is known of an archive as it passes by. */
export interface ArchiveState {
  /** For messages: what is being read. */
  reading: 'header' | 'table of contents' | 'data';
  /** Entries of the table of contents whose data has not come, or not wholly. */
  readonly awaited: Set<number>;
  /** Set when the rest is in a layout that is not known here. */
  unknownVersion?: string;
}

const INTEGER_BYTES = 4;
const FIRST_MINOR = 12; // PostgreSQL 10
const LAST_MINOR = 16; // PostgreSQL 17 and 18
const WITH_ACCESS_METHOD = 14;
const WITH_COMPRESSION_BYTE = 15;
const WITH_RELATION_KIND = 16;

const NO_DATA = 3; // K_OFFSET_NO_DATA
const TABLE_DATA = 1; // BLK_DATA
const LARGE_OBJECTS = 3; // BLK_BLOBS

type Grammar<Result = void> = Generator<Want, Result, number>;

/**
 * One archive, after its mark `PGDMP`. It comes to its end with the last byte that the table of contents promises.
 * Throws: ArchiveDamaged
 */
export function* archiveGrammar(state: ArchiveState): Grammar {
  const major = yield 'byte';
  const minor = yield 'byte';
  yield 'byte'; // revision
  const integerBytes = yield 'byte';
  if (major !== 1 || minor < FIRST_MINOR || minor > LAST_MINOR || integerBytes !== INTEGER_BYTES) {
    state.unknownVersion = `${major}.${minor}`;
    return;
  }
  const offsetBytes = yield 'byte';
  yield 'byte'; // format
  yield minor >= WITH_COMPRESSION_BYTE ? 'byte' : 'integer';
  for (let field = 0; field < 7; field += 1) yield 'integer'; // date and time
  for (let field = 0; field < 3; field += 1) yield 'text'; // database, versions of the server and of pg_dump

  state.reading = 'table of contents';
  for (let entries = yield 'integer'; entries > 0; entries -= 1) {
    yield* entry(minor, offsetBytes, state);
  }

  state.reading = 'data';
  while (state.awaited.size > 0) yield* block(state);
}

function* entry(minor: number, offsetBytes: number, { awaited }: ArchiveState): Grammar {
  const id = yield 'integer';
  yield 'integer'; // whether it has data
  for (let field = 0; field < 4; field += 1) yield 'text'; // two OIDs, tag, description
  yield 'integer'; // section
  for (let field = 0; field < 5; field += 1) yield 'text'; // three statements, schema, tablespace
  if (minor >= WITH_ACCESS_METHOD) yield 'text';
  if (minor >= WITH_RELATION_KIND) yield 'integer';
  yield 'text'; // owner
  yield 'text'; // whether rows have OIDs
  for (let dependency = 0; dependency >= 0;) dependency = yield 'text'; // NULL ends them
  if ((yield 'byte') !== NO_DATA) awaited.add(id);
  yield offsetBytes; // unset: pg_dump cannot go back in a pipe
}

function* block({ awaited }: ArchiveState): Grammar {
  const type = yield 'byte';
  const id = yield 'integer';
  if (!awaited.has(id)) throw new ArchiveDamaged(`its table of contents has no data ${id}`);
  if (type === TABLE_DATA) yield 'chunks';
  else if (type === LARGE_OBJECTS) while ((yield 'integer') !== 0) yield 'chunks';
  else throw new ArchiveDamaged(`it has data of the unknown type ${type}`);
  awaited.delete(id);
}

/** No prefix of an archive: something that no pg_dump writes. */
export class ArchiveDamaged extends Error {}
