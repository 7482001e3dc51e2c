/*
 * The head of a pg_dump archive in custom format: its header and its table of contents, which say all there is to say but
 * the rows. pg_restore reads no further than what the table of contents names, so a head with fewer entries is an archive
 * of these alone. That works through a pipe and in a container, where pg_restore's own `--use-list` wants a file.
 *
 * Source: PostgreSQL, src/bin/pg_dump/pg_backup_archiver.c (WriteHead, WriteToc, ReadToc), versions 10 to 18
 */

const MARK = 'PGDMP';
const INTEGER_BYTES = 5; // sign, then four bytes, the smallest first
const FIRST_MINOR = 12; // PostgreSQL 10
const LAST_MINOR = 16; // PostgreSQL 17 and 18
const WITH_ACCESS_METHOD = 14;
const WITH_COMPRESSION_BYTE = 15;
const WITH_RELATION_KIND = 16;

const NOT_SET = 1; // K_OFFSET_POS_NOT_SET: where its data are is not known
const NO_DATA = 3; // K_OFFSET_NO_DATA
const TABLE_DATA = 1; // BLK_DATA

/** What is larger is no head, or too much to keep in memory. */
const MOST_BYTES = 512 * 1024 * 1024;

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

/** An entry that has data of no bytes, to stand behind all others: whoever looks for it reads the archive to its end. */
export interface EndMark {
  readonly id: number;
  /** What follows the archive's data. */
  readonly data: Buffer;
}

export function endMark(head: ArchiveHead): EndMark {
  let id = 0;
  for (const entry of entriesOf(head)) id = Math.max(id, entry.id);
  id += 1;
  const data = [Buffer.of(TABLE_DATA), integer(id), integer(0)];
  return { id, data: Buffer.concat(data) };
}

/**
 * The head again, with some of its entries.
 * Shape:  head, which entries stay, what they are changed to → pieces of the new head
 */
export function rewriteHead(
  head: ArchiveHead,
  options: {
    readonly keeps: (entry: ArchiveEntry) => boolean;
    /** In place of an entry's own; undefined leaves it. */
    readonly definition?: (entry: ArchiveEntry) => string | undefined;
    readonly end?: EndMark;
  },
): Buffer {
  const { keeps, definition, end } = options;
  const { bytes, countAt } = head;
  const pieces: Buffer[] = [];
  let count = 0;
  for (const entry of entriesOf(head)) {
    if (!keeps(entry)) continue;
    count += 1;
    const text = definition?.(entry);
    if (text === undefined) pieces.push(bytes.subarray(entry.start, entry.end));
    else {
      pieces.push(bytes.subarray(entry.start, entry.definition[0]), writtenText(text));
      pieces.push(bytes.subarray(entry.definition[1], entry.end));
    }
  }
  if (end !== undefined) {
    count += 1;
    pieces.push(endEntry(head, end));
  }
  return Buffer.concat([bytes.subarray(0, countAt), integer(count), ...pieces]);
}

function endEntry({ minor, offsetBytes }: ArchiveHead, { id }: EndMark): Buffer {
  return Buffer.concat([
    ...[integer(id), integer(1), writtenText('0'), writtenText('0')],
    ...[writtenText('end of the archive'), writtenText('TABLE DATA'), integer(3)],
    ...[writtenText(''), writtenText(''), writtenText('')], // three statements
    ...[NULL, NULL], // schema, tablespace
    ...(minor >= WITH_ACCESS_METHOD ? [NULL] : []),
    ...(minor >= WITH_RELATION_KIND ? [integer(0)] : []),
    ...[writtenText(''), writtenText('false'), NULL], // owner, OIDs, no dependencies
    Buffer.of(NOT_SET),
    Buffer.alloc(offsetBytes),
  ]);
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
  cursor.skipText(); // owner
  cursor.skipText(); // whether rows have OIDs
  const needs: number[] = [];
  for (let need = cursor.optionalText(); need !== undefined; need = cursor.optionalText()) {
    needs.push(Number(need));
  }
  const hasData = cursor.byte() !== NO_DATA;
  cursor.raw(offsetBytes);
  return { id, kind, tag, schema, section, needs, hasData, definition, start, end: cursor.at };
}

function integer(value: number): Buffer {
  const bytes = Buffer.alloc(INTEGER_BYTES);
  bytes[0] = value < 0 ? 1 : 0;
  bytes.writeUInt32LE(Math.abs(value), 1);
  return bytes;
}

function writtenText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([integer(bytes.length), bytes]);
}

/** As no text is written. */
const NULL = integer(-1);

/** The bytes end before what is to be read. */
class TooFew extends Error {}

class Cursor {
  constructor(
    private readonly bytes: Buffer,
    public at: number,
  ) {}

  byte(): number {
    return this.raw(1)[0] ?? 0;
  }

  integer(): number {
    const bytes = this.raw(INTEGER_BYTES);
    const value = bytes.readUInt32LE(1);
    return bytes[0] === 0 ? value : -value;
  }

  text(): string {
    return this.optionalText() ?? '';
  }

  optionalText(): string | undefined {
    const length = this.integer();
    return length < 0 ? undefined : this.raw(length).toString();
  }

  /** Returns where it ends. */
  skipText(): number {
    this.raw(Math.max(0, this.integer()));
    return this.at;
  }

  raw(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new TooFew();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

/** What has come of a stream, all of it. */
class Window {
  private space = Buffer.alloc(64 * 1024);
  private length = 0;

  constructor(private readonly chunks: AsyncIterator<Buffer>) {}

  get bytes(): Buffer {
    return this.space.subarray(0, this.length);
  }

  /** Reads again from the same place when more has come; undefined where the stream ends before. */
  async take<Result>(
    at: number,
    read: (cursor: Cursor) => Result | undefined,
  ): Promise<Result | undefined> {
    for (;;) {
      try {
        return read(new Cursor(this.bytes, at));
      } catch (error) {
        if (!(error instanceof TooFew)) throw error;
      }
      if (!(await this.more())) return undefined;
    }
  }

  private async more(): Promise<boolean> {
    if (this.length > MOST_BYTES) return false;
    const next = await this.chunks.next();
    if (next.done === true) return false;
    const { value } = next;
    if (this.length + value.length > this.space.length) {
      const space = Buffer.alloc(2 * (this.length + value.length));
      this.space.copy(space, 0, 0, this.length);
      this.space = space;
    }
    value.copy(this.space, this.length);
    this.length += value.length;
    return true;
  }
}
