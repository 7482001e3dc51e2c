import { literal } from './quoting';
import type { Session } from './session';

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
  const kinds = `backend_type not in ('autovacuum worker', 'parallel worker')`;
  return endSessions(session, `datname = ${literal(database)} and ${kinds}`);
}

async function endSessions(session: Session, condition: string): Promise<number> {
  const ended = await session.execute(
    `select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
     where ${condition} and pid <> pg_backend_pid()`,
  );
  return ended.length;
}
