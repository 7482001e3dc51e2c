import type { Part } from '../../../../workflows/model/recovery-point';
import type { PostgresEntry } from '../../../../workflows/model/stack';
import { AdapterError } from '../../../ports/adapter-error';
import type { EngineObservation, ObservedPart } from '../../../ports/engine';
import type { Access } from './connect/access';
import { findDatabases, isMarked, type Database } from './restore/databases';
import { estimateDump } from './estimate-dump';
import { onDatabase, onServer } from './connect/server-sessions';
import { queryRows, type Session } from './connect/session';

const GLOBALS = 'globals';
const TEMPLATE1 = 'template1';

/** Roles take a few hundred bytes each; a server has some dozens. */
const GLOBALS_BYTES = 16_384;

/**
 * Says what a backup of the entry would save.
 * Throws: CredentialsRejected · PreconditionFailed (no such database) · ServiceUnavailable
 */
export async function observeServer(
  access: Access,
  entry: PostgresEntry,
): Promise<EngineObservation> {
  const { database } = entry;
  const observed =
    typeof database === 'string'
      ? await onDatabase(access, database, (session) => observeOne(session, entry.name, database))
      : await observeAll(access, entry.name);
  const notes = entry.digests
    ? observed.notes
    : [...observed.notes, 'Rows are neither counted nor digested: `digests` is off.'];
  return { entry: entry.name, engine: 'postgres', ...observed, notes };
}

type Observed = Pick<EngineObservation, 'version' | 'parts' | 'notes'>;

async function observeOne(session: Session, entry: string, source: string): Promise<Observed> {
  const part: Part = { name: entry, entry, engine: 'postgres', kind: 'database', source };
  return {
    version: `PostgreSQL ${session.version}`,
    parts: [{ part, expectedBytes: await estimateDump(session) }],
    notes: await notesOn(session),
  };
}

async function observeAll(access: Access, entry: string): Promise<Observed> {
  const { version, databases, notes } = await onServer(access, [], async (session) => ({
    version: session.version,
    databases: await sourcesOn(session),
    notes: await notesOnStandby(session),
  }));
  const globals: Part = {
    name: `${entry}/${GLOBALS}`,
    entry,
    engine: 'postgres',
    kind: 'globals',
    source: '',
  };
  const template1 = databases.find(isTemplate1);
  const keepsTemplate1 =
    template1?.allowsConnections === true && (await keepsOwnContent(access, TEMPLATE1));
  return {
    version: `PostgreSQL ${version}`,
    parts: [
      { part: globals, expectedBytes: GLOBALS_BYTES },
      ...databases
        .filter((database) => keepsTemplate1 || !isTemplate1(database))
        .map((one) => observed(one, entry)),
    ],
    notes: ['Roles are saved without their passwords.', ...notes],
  };
}

/** As `pg_dumpall` sees them: templates too, but for the one that is as it was made. */
async function sourcesOn(session: Session): Promise<Database[]> {
  return [...(await findDatabases(session)).values()].filter(({ name }) => name !== 'template0');
}

function isTemplate1({ name }: Database): boolean {
  return name === TEMPLATE1;
}

/** Where the user may not connect, as the role that owns one database of many, there is nothing of his. */
async function keepsOwnContent(access: Access, database: string): Promise<boolean> {
  try {
    return await onDatabase(access, database, hasOwnContent);
  } catch (error) {
    if (error instanceof AdapterError && error.kind === 'CredentialsRejected') return false;
    throw error;
  }
}

/** What `initdb` makes has an OID below. */
const FIRST_OWN_OID = 16_384;

/** Where each kind of object is that somebody may have put into `template1`. */
const CATALOGS = [
  ...['am', 'cast', 'class', 'collation', 'conversion', 'default_acl', 'event_trigger'],
  ...['extension', 'foreign_data_wrapper', 'foreign_server', 'language', 'largeobject_metadata'],
  ...['namespace', 'opclass', 'operator', 'opfamily', 'policy', 'proc', 'publication'],
  ...['statistic_ext', 'transform', 'ts_config', 'ts_dict', 'ts_parser', 'ts_template', 'type'],
];

/** Whether `template1` has anything that a new server's has not. */
async function hasOwnContent(session: Session): Promise<boolean> {
  const own = CATALOGS.map(
    (catalog) => `exists (select from pg_catalog.pg_${catalog} where oid >= ${FIRST_OWN_OID})`,
  );
  const [has] = await session.execute(
    `select ${own.join(' or ')}
       or not exists (
         select from pg_catalog.pg_namespace n
         left join pg_catalog.pg_init_privs i
           on i.objoid = n.oid and i.classoid = 'pg_catalog.pg_namespace'::regclass
         where n.nspname = 'public' and n.nspacl is not distinct from i.initprivs)
       or exists (
         select from pg_catalog.pg_db_role_setting s join pg_catalog.pg_database d on d.oid = s.setdatabase
         where d.datname = current_database())`,
  );
  return has === 't';
}

function observed(database: Database, entry: string): ObservedPart {
  const { name: source, bytes: expectedBytes } = database;
  const name = `${entry}/${partName(source)}`;
  const part: Part = { name, entry, engine: 'postgres', kind: 'database', source };
  const skip = reasonToSkip(database);
  return { part, expectedBytes, ...(skip !== undefined && { skip }) };
}

function reasonToSkip(database: Database): string | undefined {
  if (isMarked(database)) return `${database.comment ?? ''}: it belongs to a restore`;
  if (database.isInvalid) return 'it is invalid: a DROP DATABASE of it was interrupted';
  return database.allowsConnections ? undefined : 'it does not allow connections';
}

/** The databases of a server that are left out of its backup, in sentences. */
export async function leftOutOf(session: Session): Promise<string[]> {
  return (await sourcesOn(session)).flatMap((database) => {
    const reason = reasonToSkip(database);
    return reason === undefined ? [] : [`Left out: database ${database.name}: ${reason}.`];
  });
}

async function notesOnStandby(session: Session): Promise<string[]> {
  const [isStandby] = await session.execute('select pg_catalog.pg_is_in_recovery()');
  return isStandby === 't'
    ? ['The server is a standby: it has no rows of unlogged tables to save.']
    : [];
}

/** `globals` is taken: a database of that name is written in quotes, and so is one that begins with a quote. */
function partName(database: string): string {
  return database === GLOBALS || database.startsWith('"') ? JSON.stringify(database) : database;
}

/** What a restore elsewhere will need, and what it will not bring back. */
async function notesOn(session: Session): Promise<string[]> {
  const [facts] = await queryRows<{ extensions: string | null; objects: number }>(
    session,
    `select (select string_agg(extname, ', ' order by extname) from pg_catalog.pg_extension
             where extname <> 'plpgsql') as extensions,
            (select count(*) from pg_catalog.pg_largeobject_metadata) as objects`,
  );
  const notes = ['Roles belong to the server: a restore elsewhere needs them there first.'];
  if (facts === undefined) return notes;
  if (facts.extensions !== null) notes.push(`A restore needs the extensions ${facts.extensions}.`);
  if (facts.objects > 0) notes.push(`Large objects: ${facts.objects}.`);
  return [...notes, ...(await notesOnStandby(session))];
}
