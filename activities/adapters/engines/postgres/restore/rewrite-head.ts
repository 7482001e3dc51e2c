import {
  entriesOf,
  WITH_ACCESS_METHOD,
  WITH_RELATION_KIND,
  type ArchiveEntry,
  type ArchiveHead,
} from './archive-head';
import { INTEGER_BYTES } from './archive-window';

const NOT_SET = 1; // K_OFFSET_POS_NOT_SET: where its data are is not known
const TABLE_DATA = 1; // BLK_DATA

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
