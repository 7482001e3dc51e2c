/** An encoded word has at most 75 characters; three bytes are four of base64. */
const BYTES_IN_A_WORD = 45;

/**
 * A text as the value of a header: as it is where it is plain ASCII, else in encoded words.
 * Shape:  one line → ASCII
 * Source: RFC 2047 §2, §5: words of up to 75 characters, between them one space that is not part of the text
 */
export function headerText(line: string): string {
  if (/^[\x20-\x7e]*$/.test(line) && !line.includes('=?')) return line;
  const words: string[] = [];
  let word = '';
  for (const character of line) {
    if (Buffer.byteLength(word + character) > BYTES_IN_A_WORD) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word]
    .map((one) => `=?UTF-8?B?${Buffer.from(one).toString('base64')}?=`)
    .join(' ');
}
