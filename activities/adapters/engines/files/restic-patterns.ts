/** So many ways of reading one pattern are written down; a pattern with more is left to tar. */
const MOST_READINGS = 16;

const ANY_NAMES = '**';

interface Token {
  /** Within one name. */
  readonly text: string;
  /** The same where it reaches over a `/`, which a wildcard of tar's does and one of restic's does not. */
  readonly across?: readonly string[];
}

const STAR: Token = { text: '*', across: ['*/*', `*/${ANY_NAMES}/*`] };

/** No path in a folder is like that. */
const NO_NAME = /^\/|\/$|\/\/|(^|\/)\.\.?(\/|$)/;

/**
 * Patterns of GNU tar, as restic's that mean the same in a folder.
 *
 * tar (info tar, "Controlling Pattern-Matching") compares a pattern with `./a/b/c`, `a/b/c`, `b/c` and `c`, and leaves out what is
 * below a match too; `*`, `?` and `[!x]` match a `/`. restic's patterns are absolute here, since others of its would match the
 * folders above the folder, too; they match name by name (path/filepath.Match), and `**` any number of names.
 * Shape:  absolute folder, patterns → patterns, or undefined where one cannot be said in restic's way
 */
export function resticPatterns(
  folder: string,
  patterns: readonly string[],
): readonly string[] | undefined {
  const base = literal(folder);
  const all: string[] = [];
  for (const pattern of patterns) {
    const readings = readingsOf(pattern);
    if (readings === undefined) return undefined;
    const { isAnchored, texts } = readings;
    for (const text of texts) {
      // Of several `**` restic does not take each for no name at all.
      if (isAnchored || text.includes(ANY_NAMES)) all.push(`${base}/${text}`);
      if (!isAnchored) all.push(`${base}/${ANY_NAMES}/${text}`);
    }
  }
  return all;
}

/** A name that means itself. */
export function literal(text: string): string {
  return text.replace(/[\\*?[]/g, '\\$&');
}

function readingsOf(
  pattern: string,
): { readonly isAnchored: boolean; readonly texts: readonly string[] } | undefined {
  const isAnchored = pattern.startsWith('./');
  const rest = isAnchored ? pattern.replace(/^(\.\/)+/, '') : pattern;
  // The folder itself, by itself or by a wildcard at the end of nothing.
  if (rest === '' || rest === '.') return undefined;
  // No name in a tar looks like that; restic would tidy it up, and find one.
  if (NO_NAME.test(rest)) return { isAnchored, texts: [] };
  const tokens = tokensOf(rest);
  if (tokens === undefined) return undefined;
  let texts = [''];
  for (const [index, token] of tokens.entries()) {
    if (texts.length > MOST_READINGS) return undefined;
    // Ahead of a name in any folder, and behind one that is left out with all below it, it reaches over a `/` in any case.
    const isOuter = index === tokens.length - 1 || (index === 0 && !isAnchored);
    const across = token === STAR && isOuter ? [] : (token.across ?? []);
    texts = texts.flatMap((before) => [token.text, ...across].map((way) => before + way));
  }
  return { isAnchored, texts: texts.filter((text) => !NO_NAME.test(text)) };
}

/** Undefined for what restic has nothing like: classes by name, ranges over `/`. */
function tokensOf(pattern: string): Token[] | undefined {
  const tokens: Token[] = [];
  const left = Array.from(pattern);
  for (let char = left.shift(); char !== undefined; char = left.shift()) {
    if (char === '*') {
      while (left[0] === '*') left.shift();
      tokens.push(STAR);
    } else if (char === '?') {
      tokens.push({ text: '?', across: ['/'] });
    } else if (char === '\\') {
      const meant = left.shift();
      if (meant === undefined || meant === '/') return undefined;
      tokens.push({ text: literal(meant) });
    } else if (char === '[') {
      const bracket = bracketOf(left);
      if (bracket === undefined) return undefined;
      tokens.push(bracket);
    } else {
      tokens.push({ text: literal(char) });
    }
  }
  return tokens;
}

/** Takes a bracket expression off the front; a `[` without its `]` means itself. */
function bracketOf(left: string[]): Token | undefined {
  const end = left.indexOf(']', left[0] === '!' || left[0] === '^' ? 2 : 1);
  if (end < 0) return { text: '\\[' };
  const inside = left.slice(0, end);
  if (/[\\/]|\[[:.=]/.test(inside.join(''))) return undefined;
  left.splice(0, end + 1);
  const isNegated = inside[0] === '!' || inside[0] === '^';
  const members = isNegated ? inside.slice(1) : inside;
  const items: string[] = [];
  for (let at = 0; at < members.length; at += 1) {
    const [first = '', dash, last] = members.slice(at, at + 3);
    if (dash !== '-' || last === undefined) {
      items.push(escaped(first));
      continue;
    }
    if (first > last || (first <= '/' && last >= '/')) return undefined;
    items.push(`${escaped(first)}-${escaped(last)}`);
    at += 2;
  }
  const text = items.join('');
  return isNegated ? { text: `[^${text}]`, across: ['/'] } : { text: `[${text}]` };
}

function escaped(char: string): string {
  return /[\]\\^-]/.test(char) ? `\\${char}` : char;
}
