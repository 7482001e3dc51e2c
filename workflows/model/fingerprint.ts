const BEGINNINGS = [0x811c9dc5, 0x2166f3a7] as const;

/** FNV-1a, 32 bits, in hexadecimal, of numbers that stand for a text; another beginning gives another one. */
export function fingerprint(units: Iterable<number>, beginning: number = BEGINNINGS[0]): string {
  let hash = beginning;
  for (const unit of units) hash = Math.imul(hash ^ unit, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}

/** Two of them, of the UTF-16 units of a text: what bears it is found by it later, so it stays as it is. */
export function longFingerprint(text: string): string {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  return BEGINNINGS.map((beginning) => fingerprint(units, beginning)).join('');
}
