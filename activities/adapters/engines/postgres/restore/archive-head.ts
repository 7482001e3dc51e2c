import { Cursor, INTEGER_BYTES, Window } from './archive-window';

/*
 * The head of a pg_dump archive in custom format: its header and its table of contents, which say all there is to say but
 * the rows. pg_restore reads no further than what the table of contents names, so a head with fewer entries is an archive
 * of these alone. That works through a pipe and in a container, where pg_restore's own `--use-list` wants a file.
 *
 * Source: PostgreSQL, src/bin/pg_dump/pg_backup_archiver.c (WriteHead, WriteToc, ReadToc), versions 10 to 18
 */

const MARK = 'PGDMP';
const FIRST_MINOR = 12; // PostgreSQL 10
const LAST_MINOR = 16; // PostgreSQL 17 and 18
export const WITH_ACCESS_METHOD = 14;
const WITH_COMPRESSION_BYTE = 15;
export const WITH_RELATION_KIND = 16;

const NO_DATA = 3; // K_OFFSET_NO_DATA

export interface ArchiveHead {
  readonly bytes: Buffer;
  readonly minor: number;
  readonly offsetBytes: number;
  /** Where the number of entries stands, and the first entry after it. */
  readonly countAt: number;
}

/** One line of the table of contents. */
export interface ArchiveEntry {
  readonly id: number;
  /** pg_dump's word for what it is: `TABLE`, `TABLE DATA`, `FK CONSTRAINT`. */
  readonly kind: string;
  /** Its name as pg_dump has it, unquoted; for what belongs to a table, the table's name before it. */
  readonly tag: string;
  /** Empty where it belongs to no schema. */
  readonly schema: string;
  /** Name of a role. Empty where it has none. */
  readonly owner: string;
  /** As numbered in pg_backup.h: 1 none, 2 pre-data, 3 data, 4 post-data. */
  readonly section: number;
  /** Ids. */
  readonly needs: readonly number[];
  readonly hasData: boolean;
  readonly start: number;
  readonly end: number;
  /** Of the text of its definition, its length included. */
  readonly definition: readonly [start: number, end: number];
}

/**
 * Reads the head off the front of an archive, however its bytes come in pieces.
 * Shape:  chunks → what was read, and the head where it could be understood; `bytes` may begin the archive's data
 */
export async function readHead(
  chunks: AsyncIterator<Buffer>,
): Promise<{ readonly bytes: Buffer; readonly head: ArchiveHead | undefined }> {
  const window = new Window(chunks);
  const header = await window.take(0, readHeader);
  if (header === undefined) return { bytes: window.bytes, head: undefined };
  let at = header.countAt + INTEGER_BYTES;
  for (let left = header.count; left > 0; left -= 1) {
    const entry = await window.take(at, (cursor) => readEntry(cursor, header));
    if (entry === undefined) return { bytes: window.bytes, head: undefined };
    at = entry.end;
  }
  const { minor, offsetBytes, countAt } = header;
  const { bytes } = window;
  return { bytes, head: { bytes: bytes.subarray(0, at), minor, offsetBytes, countAt } };
}

/** Entry by entry, in the order of a restore. Nothing is kept: an archive may have a million of them. */
export function* entriesOf(head: ArchiveHead): Generator<ArchiveEntry> {
  let at = head.countAt + INTEGER_BYTES;
  while (at < head.bytes.length) {
    const entry = readEntry(new Cursor(head.bytes, at), head);
    yield entry;
    at = entry.end;
  }
}

function readHeader(cursor: Cursor) {
  if (cursor.raw(MARK.length).toString('latin1') !== MARK) return undefined;
  const major = cursor.byte();
  const minor = cursor.byte();
  cursor.byte(); // revision
  const integerBytes = cursor.byte();
  const isKnown = major === 1 && minor >= FIRST_MINOR && minor <= LAST_MINOR;
  if (!isKnown || integerBytes !== INTEGER_BYTES - 1) return undefined;
  const offsetBytes = cursor.byte();
  cursor.byte(); // format
  if (minor >= WITH_COMPRESSION_BYTE) cursor.byte();
  else cursor.integer();
  for (let field = 0; field < 7; field += 1) cursor.integer(); // date and time
  for (let field = 0; field < 3; field += 1) cursor.skipText(); // database, two versions
  const countAt = cursor.at;
  return { minor, offsetBytes, countAt, count: cursor.integer() };
}

function readEntry(
  cursor: Cursor,
  { minor, offsetBytes }: Pick<ArchiveHead, 'minor' | 'offsetBytes'>,
): ArchiveEntry {
  const start = cursor.at;
  const id = cursor.integer();
  cursor.integer(); // whether it has data: said again below
  cursor.skipText();
  cursor.skipText(); // two OIDs
  const tag = cursor.text();
  const kind = cursor.text();
  const section = cursor.integer();
  const definition = [cursor.at, cursor.skipText()] as const;
  cursor.skipText(); // how it is dropped
  cursor.skipText(); // how it is copied
  const schema = cursor.text();
  cursor.skipText(); // tablespace
  if (minor >= WITH_ACCESS_METHOD) cursor.skipText();
  if (minor >= WITH_RELATION_KIND) cursor.integer();
  const owner = cursor.text();
  cursor.skipText(); // whether rows have OIDs
  const needs: number[] = [];
  for (let need = cursor.optionalText(); need !== undefined; need = cursor.optionalText()) {
    needs.push(Number(need));
  }
  const hasData = cursor.byte() !== NO_DATA;
  cursor.raw(offsetBytes);
  const read = { id, kind, tag, schema, owner, section, needs, hasData, definition };
  return { ...read, start, end: cursor.at };
}
