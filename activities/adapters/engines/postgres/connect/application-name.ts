import { createHash } from 'node:crypto';

/** NAMEDATALEN - 1: PostgreSQL cuts longer ones without a word. */
const LIMIT = 63;
const MARK_CHARACTERS = 12;

/**
 * The `application_name` of an owner's sessions: equal owners, equal names; different owners, different names.
 * PostgreSQL replaces what is not printable ASCII, so such characters go into a fingerprint, as does what is too long.
 */
export function applicationName(owner: string): string {
  const printable = owner.replace(/[^ -~]/g, '?');
  if (printable === owner && owner.length <= LIMIT) return owner;
  const mark = createHash('sha256').update(owner).digest('hex').slice(0, MARK_CHARACTERS);
  return `${printable.slice(0, LIMIT - MARK_CHARACTERS - 1)}~${mark}`;
}
