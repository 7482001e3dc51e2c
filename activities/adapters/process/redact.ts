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

/** `https://token@`, as services of the web take them; elsewhere it is a user's name, which is no secret. */
const URL_TOKEN = /(\bhttps?:\/\/)[^/:@\s?#]+@/gi;

/** What stands behind the `?` of a URL: signatures and keys, with nothing that tells them from the rest. */
const URL_QUERY = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s?#"'<>`]+\?)([^\s#"'<>`]+)/gi;
const QUERY_VALUE = /(^|&)([^=&]*=)?[^&]*/g;

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
    const plain = text
      .replace(URL_PASSWORD, `$1${REDACTED}@`)
      .replace(URL_TOKEN, `$1${REDACTED}@`)
      .replace(URL_QUERY, (_all, address: string, query: string) => address + withoutValues(query));
    return pattern === undefined ? plain : plain.replace(pattern, REDACTED);
  };
}

/** `a=1&b=2` → `a=[redacted]&b=[redacted]`; punctuation at the end is the sentence's. */
function withoutValues(query: string): string {
  const [end = ''] = /[.,;:!?)]*$/.exec(query) ?? [];
  const inner = query.slice(0, query.length - end.length);
  return (
    inner.replace(QUERY_VALUE, (_all, sign: string, name: string | undefined) => {
      return sign + (name ?? '') + REDACTED;
    }) + end
  );
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
