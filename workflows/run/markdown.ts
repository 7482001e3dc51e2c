/** Names of databases, and what people write, are data: also in the Markdown that Temporal's UI shows. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+!|~]/g, '\\$&').replace(/\s+/g, ' ');
}

/** `2026-11-21 03:00 UTC`, of an ISO 8601 time in UTC. */
export function pageTime(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

/** Lines that stay lines. */
export function paragraph(lines: readonly string[]): string {
  return lines.map((line) => `${line}  `).join('\n');
}

/** A text that is short enough as it is, or the beginning of it. */
export function firstCharacters(text: string, most: number): string {
  if (text.length <= most) return text;
  // Not in the middle of a character that takes two units.
  return `${text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
