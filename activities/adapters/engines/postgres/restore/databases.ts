import type { Access } from '../connect/access';
import { dropSubscriptions } from './drop-subscriptions';
import { suffixedName, type RestoreTarget } from '../../../../../workflows/model/restore-target';
import { endSessionsOn } from '../connect/own-sessions';
import { identifier, literal } from '../connect/quoting';
import { queryRows, type Session } from '../connect/session';

/** The three databases of a restore, by name. */
export interface RestoreNames {
  readonly into: string;
  readonly beside: string;
  readonly keep: string;
}

export function restoreNames({ into, besideSuffix, keepSuffix }: RestoreTarget): RestoreNames {
  return {
    into,
    beside: suffixedName('postgres', into, besideSuffix),
    keep: suffixedName('postgres', into, keepSuffix),
  };
}

/** A database's comment as soon as its content is restored, and after the swap where there was nothing to replace. */
export function restoredMark({ beside }: Pick<RestoreNames, 'beside'>): string {
  return `restored by pawl as ${beside}`;
}

/** Its comment until then. What has this one was not restored wholly, or was prepared by an attempt that comes late. */
export function unfinishedMark({ beside }: Pick<RestoreNames, 'beside'>): string {
  return `being restored by pawl as ${beside}`;
}

/** The comment of a database that a restore replaced. */
export function keptMark(keep: string): string {
  return `kept by pawl as ${keep}`;
}

/** A mark, and on the lines after it what is to be known when the mark goes. */
export function withRest(mark: string, rest: string): string {
  return rest === '' ? mark : `${mark}\n${rest}`;
}

/** What follows a mark; undefined when the comment does not begin with it. */
export function restOf(mark: string, comment: string | null | undefined): string | undefined {
  if (comment === mark) return '';
  return comment?.startsWith(`${mark}\n`) === true ? comment.slice(mark.length + 1) : undefined;
}

/** Whether a restore made or kept it: such a database is no source for a backup of the whole server. */
export function isMarked({ name, comment }: Pick<Database, 'name' | 'comment'>): boolean {
  const marks = [keptMark(name), restoredMark({ beside: name }), unfinishedMark({ beside: name })];
  return marks.some((mark) => restOf(mark, comment) !== undefined);
}

export interface Database {
  readonly name: string;
  readonly comment: string | null;
  readonly bytes: number;
  readonly allowsConnections: boolean;
  readonly isTemplate: boolean;
  /** A DROP DATABASE of it was interrupted: nobody can connect to it any more. */
  readonly isInvalid: boolean;
}

/** The databases with these names that exist, or all. */
export async function findDatabases(
  session: Session,
  names?: readonly string[],
): Promise<ReadonlyMap<string, Database>> {
  const wanted =
    names === undefined
      ? 'true'
      : `datname = any (array[${names.map(literal).join(', ')}]::text[])`;
  const found = await queryRows<Database>(
    session,
    `select datname as name, datallowconn as "allowsConnections", datistemplate as "isTemplate",
            datconnlimit = -2 as "isInvalid",
            pg_catalog.shobj_description(oid, 'pg_database') as comment,
            case when pg_catalog.has_database_privilege(oid, 'connect')
                 then pg_catalog.pg_database_size(oid) else 0 end as bytes
     from pg_catalog.pg_database where ${wanted} order by datname collate "C"`,
  );
  return new Map(found.map((database) => [database.name, database]));
}

/** Drops a database with all sessions on it. Does nothing when there is none. */
export async function dropDatabase(access: Access, session: Session, name: string): Promise<void> {
  const database = (await findDatabases(session, [name])).get(name);
  if (database === undefined) return;
  await dropSubscriptions(access, session, database);
  if (database.isTemplate) {
    await session.execute(`alter database ${identifier(name)} is_template false`);
  }
  if (session.major >= 13) {
    await session.execute(`drop database if exists ${identifier(name)} with (force)`);
    return;
  }
  await session.execute(`alter database ${identifier(name)} allow_connections false`);
  await endSessionsOn(session, name);
  await session.execute(`drop database if exists ${identifier(name)}`);
}
