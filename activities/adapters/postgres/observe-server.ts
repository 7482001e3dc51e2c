import type { Part } from '../../../workflows/model/recovery-point';
import type { PostgresEntry } from '../../../workflows/model/stack';
import type { EngineObservation, ObservedPart } from '../../ports';
import type { Access } from './connect/access';
import { findDatabases, isMarked, type Database } from './restore/databases';
import { onDatabase, onServer } from './connect/server-sessions';
import { queryRows, type Session } from './connect/session';

const GLOBALS = 'globals';

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
      : await onServer(access, [], (session) => observeAll(session, entry.name));
  const notes = entry.digests
    ? observed.notes
    : [...observed.notes, 'Rows are neither counted nor digested: `digests` is off.'];
  return { entry: entry.name, engine: 'postgres', ...observed, notes };
}

type Observed = Pick<EngineObservation, 'version' | 'parts' | 'notes'>;

async function observeOne(session: Session, entry: string, source: string): Promise<Observed> {
  const found = (await findDatabases(session, [source])).get(source);
  const part: Part = { name: entry, entry, engine: 'postgres', kind: 'database', source };
  return {
    version: `PostgreSQL ${session.version}`,
    parts: [{ part, expectedBytes: found?.bytes ?? 0 }],
    notes: await notesOn(session),
  };
}

async function observeAll(session: Session, entry: string): Promise<Observed> {
  const databases = [...(await findDatabases(session)).values()];
  const globals: Part = {
    name: `${entry}/${GLOBALS}`,
    entry,
    engine: 'postgres',
    kind: 'globals',
    source: '',
  };
  return {
    version: `PostgreSQL ${session.version}`,
    parts: [
      { part: globals, expectedBytes: GLOBALS_BYTES },
      ...databases.filter(({ isTemplate }) => !isTemplate).map((one) => observed(one, entry)),
    ],
    notes: ['Roles are saved without their passwords.'],
  };
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
  return database.allowsConnections ? undefined : 'it does not allow connections';
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
  return notes;
}
