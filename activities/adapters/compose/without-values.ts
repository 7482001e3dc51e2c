/** Longer than any message of Compose: it is a value that is quoted. */
const LONGEST_LINE = 2_000;

/**
 * What Compose says, without the values that it quotes: a quote that is forgotten in `.env` makes it print the line.
 * Source: compose-go, dotenv/parser.go ("unterminated quoted value %s", "unexpected character %q in variable name %q"),
 *         interpolation and type casts ("parsing %q", "invalid boolean: %s")
 */
export function withoutValues(said: string): string {
  return said
    .replace(/(unterminated quoted value ).*/g, '$1[redacted]')
    .replace(/(unexpected character .* in variable name ).*/g, '$1[redacted]')
    .replace(/(\bparsing )"(?:[^"\\]|\\.)*"/g, '$1[redacted]')
    .replace(/(invalid (?:boolean|containerPort|hostPort): ).*/g, '$1[redacted]')
    .split('\n')
    .map((line) => (line.length > LONGEST_LINE ? '[redacted: a very long line]' : line))
    .join('\n');
}
