/** Made by the logger itself, and what makes a line readable for programs. */
const OWN: ReadonlySet<string> = new Set(['level', 'time']);

/**
 * Redacts a log line value by value, names of fields included. In the line as it stands a secret such as `null`, `1234`
 * or `","` would be found in JSON's own signs, and what is left would be no JSON any more.
 * Shape:  one JSON object, with or without its line break → the same, valid JSON whatever the secrets are
 */
export function redactLine(line: string, redact: (text: string) => string): string {
  const fields = Object.entries(JSON.parse(line) as Record<string, unknown>).map(([name, value]) =>
    OWN.has(name) ? [name, value] : redactField([name, value], redact),
  );
  return JSON.stringify(Object.fromEntries(fields)) + (line.endsWith('\n') ? '\n' : '');
}

function redactField(
  [name, value]: readonly [string, unknown],
  redact: (text: string) => string,
): [string, unknown] {
  return [redact(name), redactValue(value, redact)];
}

function redactValue(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map((field) => redactField(field, redact)));
  }
  // A number or a word of JSON's stays what it is unless it is a secret.
  const text = String(value);
  const redacted = redact(text);
  return redacted === text ? value : redacted;
}
