/*
 * Writes a tar archive piece by piece (POSIX.1-2001: ustar with pax records where ustar's fields are too small). Pulled
 * as generators, so that a reader that stops pulling stops everything behind it.
 */

const BLOCK = 512;
/** 8 GiB - 1: what eleven octal digits can say. */
const USTAR_BYTES = 0o77777777777;
const NAME_BYTES = 100;

export const END_OF_ARCHIVE = Buffer.alloc(2 * BLOCK);

/** The header blocks of a regular file. Its time is fixed: equal content, equal bytes, so that they deduplicate. */
export function fileHeader(path: string, size: number): Buffer {
  const records = [
    ...(Buffer.byteLength(path) > NAME_BYTES || /[^ -~]/.test(path)
      ? [paxRecord('path', path)]
      : []),
    ...(size > USTAR_BYTES ? [paxRecord('size', String(size))] : []),
  ];
  const plain = ustar(path, size, '0');
  if (records.length === 0) return plain;
  const body = Buffer.concat(records);
  return Buffer.concat([ustar('pax', body.length, 'x'), body, padding(body.length), plain]);
}

/** What fills a file of this size up to whole blocks. */
export function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

function ustar(path: string, size: number, type: '0' | 'x'): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(path, 0, NAME_BYTES, 'utf8');
  header.write('0000600\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  header.write(`${octal(Math.min(size, USTAR_BYTES), 11)}\0`, 124, 'latin1');
  header.write(`${octal(0, 11)}\0`, 136, 'latin1');
  header.write('        ', 148, 'latin1');
  header.write(type, 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return header;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length += 1;
  return Buffer.from(`${length} ${key}=${value}\n`);
}
