import { entriesOf, type ArchiveHead } from '../restore/archive-head';

/** Entries whose text names roles. */
const NAMING = new Set(['ACL', 'DEFAULT ACL', 'POLICY', 'USER MAPPING']);

const NAME = String.raw`(?:"(?:[^"]|"")*"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`;
const ROLES = new RegExp(
  String.raw`\b(?:TO|FROM|FOR ROLE|FOR|AUTHORIZATION) (${NAME}(?:, ${NAME})*)`,
  'g',
);

/**
 * Roles that an archive's entries belong to or name. It has no statement that creates one: a server that was made for the archive
 * must have them before. A word too many, from the text of a policy, is a role that nobody uses.
 */
export function rolesInArchive(head: ArchiveHead): readonly string[] {
  const roles = new Set<string>();
  for (const { kind, owner, definition } of entriesOf(head)) {
    if (owner !== '') roles.add(owner);
    if (!NAMING.has(kind)) continue;
    const text = head.bytes.subarray(...definition).toString();
    for (const [, list = ''] of text.matchAll(ROLES)) {
      for (const [name] of list.matchAll(new RegExp(NAME, 'g'))) roles.add(unquoted(name));
    }
  }
  return [...roles].filter((role) => !isReserved(role));
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}

function isReserved(role: string): boolean {
  return (
    role.startsWith('pg_') || ['public', 'none', 'current_user', 'session_user'].includes(role)
  );
}
