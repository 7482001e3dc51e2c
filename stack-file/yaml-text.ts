/** What YAML, or an older reader of YAML, would take for something else than text. */
const NOT_TEXT =
  /^(?:true|false|yes|no|on|off|y|n|null|[-+]?(?:[0-9]+|[0-9]*\.[0-9]*)(?:e[-+]?[0-9]+)?|0[ox][0-9a-f]+|[-+]?\.(?:inf|nan))$/i;
const PLAIN = /^[A-Za-z0-9_./](?:[A-Za-z0-9_./@+:%-]*[A-Za-z0-9_./@+%-])?$/;

/** A value as YAML on one line, quoted only where it must be. */
export function yamlText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yamlText).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(
      ([key, below]) => `${yamlText(key)}: ${yamlText(below)}`,
    );
    return `{${pairs.join(', ')}}`;
  }
  if (typeof value !== 'string') return JSON.stringify(value);
  if (PLAIN.test(value) && !NOT_TEXT.test(value)) return value;
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, escaped);
}

/** Nothing that moves the cursor or turns the reading direction reaches a terminal. */
function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
