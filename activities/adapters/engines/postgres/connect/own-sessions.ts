import { literal } from './quoting';
import { queryRows, type Session } from './session';

/**
 * Ends the sessions of an application name but this one: what a dead attempt of the same owner left on the server.
 * Shape:  → how many there were
 */
export async function endSessionsNamed(session: Session, applicationName: string): Promise<number> {
  return endSessions(session, `application_name = ${literal(applicationName)}`);
}

/** Ends all other sessions on a database, whoever they belong to. */
export async function endSessionsOn(session: Session, database: string): Promise<number> {
  // Autovacuum gives way by itself, and only a superuser may end it.
  // Whose kind is not shown to us is another user's.
  const kinds = `coalesce(backend_type, '') not in ('autovacuum worker', 'parallel worker')
                 and (backend_type is not null or usesysid is not null)`;
  return endSessions(session, `datname = ${literal(database)} and ${kinds}`);
}

/** How many sessions of clients there are on a database, and how many of them this user may not end. */
export async function countSessionsOn(
  session: Session,
  database: string,
): Promise<{ readonly all: number; readonly beyondReach: number }> {
  const [count] = await queryRows<{ all: number; beyondReach: number }>(
    session,
    `with me as (
       select rolsuper as is_super, pg_catalog.pg_has_role('pg_signal_backend', 'member') as signals
       from pg_catalog.pg_roles where rolname = current_user)
     select count(*) as all,
            count(*) filter (where not me.is_super
              and not pg_catalog.pg_has_role(a.usesysid, 'member')
              and (not me.signals or coalesce(r.rolsuper, false))) as "beyondReach"
     from me, pg_catalog.pg_stat_activity a left join pg_catalog.pg_roles r on r.oid = a.usesysid
     where a.datname = ${literal(database)} and a.usesysid is not null and a.pid <> pg_backend_pid()
       and coalesce(a.backend_type, 'client backend') = 'client backend'`,
  );
  return count ?? { all: 0, beyondReach: 0 };
}

async function endSessions(session: Session, condition: string): Promise<number> {
  const ended = await session.execute(
    `select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
     where ${condition} and pid <> pg_backend_pid()`,
  );
  return ended.length;
}
