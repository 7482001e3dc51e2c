import type { ContentDigest } from '../../../../workflows/model/recovery-point';
import type { GlobalsOnServer } from './restore/globals-statements';
import { queryRows, type Session } from './connect/session';

/** Roles and tablespaces that are not PostgreSQL's own. */
export async function readGlobals(session: Session): Promise<GlobalsOnServer> {
  const found = await queryRows<{ kind: 'role' | 'tablespace'; name: string }>(
    session,
    `select 'role' as kind, rolname as name from pg_catalog.pg_roles where rolname !~ '^pg_'
     union all
     select 'tablespace', spcname from pg_catalog.pg_tablespace where spcname !~ '^pg_'`,
  );
  const named = (wanted: string): ReadonlySet<string> =>
    new Set(found.filter(({ kind }) => kind === wanted).map(({ name }) => name));
  return { roles: named('role'), tablespaces: named('tablespace') };
}

/** One content per role and tablespace; its digest says only that it is there. */
export function globalsContents({ roles, tablespaces }: GlobalsOnServer): ContentDigest[] {
  return [
    ...[...roles].map((name) => `role ${name}`),
    ...[...tablespaces].map((name) => `tablespace ${name}`),
  ]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => ({ name, rows: 1, digest: 'present', method: 'pg:present' }));
}
