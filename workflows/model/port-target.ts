/** The container's side of a published port. */
export interface PortTarget {
  /** Undefined where it is a variable, a range, or something unknown. */
  readonly target?: string;
  readonly protocol: string;
}

/**
 * Reads Compose's long form, and its short one as far as the container's side says what it is: variables are not replaced
 * here, so `${PORT:-8000}:8000/tcp` is a text whose last part after a colon outside of braces counts.
 * Source: Compose specification, "ports"
 */
export function portTarget(port: unknown): PortTarget {
  if (typeof port === 'number') return { target: String(port), protocol: 'tcp' };
  if (typeof port === 'string') return shortForm(port);
  const { target, protocol = 'tcp' } = (port ?? {}) as { target?: unknown; protocol?: unknown };
  const known = typeof target === 'number' || typeof target === 'string' ? String(target) : '';
  return { ...asPort(known), protocol: String(protocol) };
}

/** Whether all there is to know of it without a value of its variables is known. */
export function isPortTold(port: unknown): boolean {
  const { target, protocol } = portTarget(port);
  return target !== undefined && /^(?:tcp|udp|sctp)$/.test(protocol);
}

function shortForm(text: string): PortTarget {
  const [address = '', protocol = 'tcp'] = splitOutsideBraces(text, '/');
  const container = splitOutsideBraces(address, ':').at(-1) ?? '';
  return { ...asPort(container), protocol };
}

function asPort(text: string): Pick<PortTarget, 'target'> {
  return /^\d+$/.test(text) ? { target: text } : {};
}

/** `${PORT:-8000}:8000` has two parts, not three. */
function splitOutsideBraces(text: string, separator: string): string[] {
  const parts: string[] = [];
  let [part, depth] = ['', 0];
  for (const character of text) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (character === separator && depth === 0) {
      parts.push(part);
      part = '';
    } else part += character;
  }
  return [...parts, part];
}
