const REDACTED = '[redacted]';

/**
 * What is shorter would be found in every word (`ab` in `database`): texts would be unreadable, and the places of the
 * marks would tell it. Whoever reads such a secret is told that it is not redacted.
 */
export const SHORTEST_REDACTED = 4;

/** As many as a secret of the shortest length has at each alignment. */
const SHORTEST_FRAGMENT = 4;

/** `scheme://user:password@`: whatever a tool prints as an address. */
const URL_PASSWORD = /(:\/\/[^/:@\s]*:)[^@/\s]+@/g;

/**
 * Makes a function that replaces secrets in text: plain, as JSON, URL-encoded and in base64, also in the middle of a
 * longer base64 text, where a secret looks different at each of three alignments. Secrets of 1 to 3 characters stay.
 */
export function redactor(secrets: Iterable<string>): (text: string) => string {
  const shapes = new Set([...secrets].flatMap(shapesOf));
  // The longest first: else a shape that begins another would leave the rest of it to be read.
  const longestFirst = [...shapes].sort((a, b) => b.length - a.length);
  const pattern =
    longestFirst.length > 0 ? new RegExp(longestFirst.map(escape).join('|'), 'g') : undefined;
  return (text) => {
    const plain = text.replace(URL_PASSWORD, `$1${REDACTED}@`);
    return pattern === undefined ? plain : plain.replace(pattern, REDACTED);
  };
}

function shapesOf(secret: string): string[] {
  if (secret.length < SHORTEST_REDACTED) return [];
  // Through a Buffer: encodeURIComponent throws at a lone surrogate.
  const percent = encodeURIComponent(Buffer.from(secret).toString());
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    percent,
    percent.replace(/%../g, (code) => code.toLowerCase()),
    new URLSearchParams([['', secret]]).toString().slice(1),
    ...[0, 1, 2].flatMap((before) => base64Within(secret, before)),
  ];
}

/** The characters that a secret has in base64 when `before` (modulo 3) unknown bytes stand in front of it. */
function base64Within(secret: string, before: number): string[] {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
  const ownedFrom = Math.ceil((before * 8) / 6);
  const ownedTo = Math.floor((bytes.length * 8) / 6);
  return (['base64', 'base64url'] as const)
    .map((encoding) => bytes.toString(encoding).slice(ownedFrom, ownedTo))
    .filter((fragment) => fragment.length >= SHORTEST_FRAGMENT);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
