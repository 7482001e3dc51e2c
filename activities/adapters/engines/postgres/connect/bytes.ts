import { isUtf8 } from 'node:buffer';

/*
 * A database in SQL_ASCII holds bytes of no encoding. Where they are no UTF-8, each is a character of its own here, which no
 * text has (U+DC80 to U+DCFF, the half of a pair): so a name stays what it is, on its way here and back.
 */

const ESCAPE = 0xdc00;
const ESCAPED = /[\udc80-\udcff]/u;
const LONGEST_CHARACTER = 4;

/** Whether some of a text's characters stand for a byte. */
export function hasBytes(text: string): boolean {
  return ESCAPED.test(text);
}

export function textOfBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = characterAt(bytes, at);
    text +=
      length === 0
        ? String.fromCharCode(ESCAPE + (bytes[at] ?? 0))
        : bytes.toString('utf8', at, at + length);
    at += Math.max(length, 1);
  }
  return text;
}

export function bytesOfText(text: string): Buffer {
  const pieces = text.split(new RegExp(`(${ESCAPED.source})`, 'u'));
  return Buffer.concat(
    pieces.map((piece) =>
      hasBytes(piece) ? Buffer.from([piece.charCodeAt(0) - ESCAPE]) : Buffer.from(piece),
    ),
  );
}

/** How long the character is that begins there; 0 where none does. */
function characterAt(bytes: Buffer, at: number): number {
  for (let length = 1; length <= LONGEST_CHARACTER && at + length <= bytes.length; length += 1) {
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  }
  return 0;
}
