const PART = /^(?:"((?:[^"]|"")*)"|([^".]+))(?:\.|$)/;
const PLAIN = /^[a-z_][a-z0-9_$]*$/;

/**
 * The parts of a name as SQL has them; a name without quotes is taken as it is written, upper case too.
 * Shape:  `public."My table"` → ['public', 'My table'], or undefined
 */
export function parseQualifiedName(text: string): readonly string[] | undefined {
  const parts: string[] = [];
  let rest = text;
  while (rest !== '') {
    const [whole, quoted, plain] = PART.exec(rest) ?? [];
    if (whole === undefined) return undefined;
    parts.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (whole.endsWith('.') && whole.length === rest.length) return undefined;
    rest = rest.slice(whole.length);
  }
  return parts.length === 0 ? undefined : parts;
}

/** The other way round: quoted only where nobody could read it otherwise. */
export function qualifiedName(parts: readonly string[]): string {
  return parts.map(quotedName).join('.');
}

function quotedName(name: string): string {
  return PLAIN.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

export function sameParts(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((part, index) => part === right[index]);
}
