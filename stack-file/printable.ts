/** Control characters (terminal escapes), marks that reverse the reading direction, and halves of a pair. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;

/** Text that does to a terminal what it looks like, and nothing else. As many characters as before. */
export function printable(text: string): string {
  return text.replaceAll('\t', ' ').replace(UNPRINTABLE, '\ufffd');
}

/** Columns of a terminal, near enough to put a pointer below a character. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    width += WIDE.test(character) ? 2 : /\p{M}/u.test(character) ? 0 : 1;
  return width;
}

/** A value as a message quotes it: one line, not long, between backticks. */
export function quoted(value: unknown): string {
  const text = printable(String(value));
  return `\`${text.length > 60 ? `${text.slice(0, 60)}…` : text}\``;
}
