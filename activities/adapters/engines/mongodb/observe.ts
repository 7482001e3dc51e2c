import type { Document } from 'mongodb';
import type { Part } from '../../../../workflows/model/recovery-point';
import type { RestoreTarget } from '../../../../workflows/model/restore-target';
import type { MongodbEntry } from '../../../../workflows/model/stack';
import { AdapterError } from '../../../ports/adapter-error';
import type { EngineObservation, ObservedPart, TargetObservation } from '../../../ports/engine';
import { readCatalogue } from './catalogue';
import type { Server } from './connect';
import { countOthersOn } from './operations';
import { notesOnRenaming } from './rename';

/** The server's own: users and roles, sharding, the oplog. */
const SERVERS_OWN: ReadonlySet<string> = new Set(['admin', 'config', 'local']);

/** Reads what an entry covers. Throws: PreconditionFailed (no such database) */
export async function observeEntry(
  server: Server,
  entry: MongodbEntry,
): Promise<EngineObservation> {
  const databases =
    typeof entry.database === 'string' ? [entry.database] : await allDatabases(server);
  const parts: ObservedPart[] = [];
  const notes: string[] = [noteOnConsistency(server)];
  for (const database of databases) {
    const catalogue = await readCatalogue(server.client.db(database));
    if (catalogue.names.size === 0) await requireDatabase(server, database);
    const { dataSize } = await server.client.db(database).command({ dbStats: 1 });
    parts.push({ part: partOf(entry, database), expectedBytes: Number(dataSize) });
    const collections = catalogue.covered.filter(({ type }) => type === 'collection');
    const fixed = await notesOnRenaming(
      server,
      database,
      collections.map(({ name }) => name),
    );
    notes.push(...[...catalogue.notes, ...fixed].map((note) => `${database}: ${note}`));
  }
  if (typeof entry.database !== 'string') {
    notes.push(
      'users and roles (database admin) and the databases config and local are not covered',
    );
  }
  return { entry: entry.name, engine: 'mongodb', version: server.version, parts, notes };
}

/** Looks at what a restore would replace. */
export async function observeReplaced(
  server: Server,
  target: RestoreTarget,
): Promise<TargetObservation> {
  const db = server.client.db(target.into);
  const { covered } = await readCatalogue(db);
  const stats = await db.command({ dbStats: 1 });
  const free = Number(stats['fsTotalSize']) - Number(stats['fsUsedSize']);
  return {
    exists: covered.length > 0,
    bytes: Number(stats['dataSize']),
    otherSessions: await countOthersOn(server, target.into),
    version: server.version,
    ...(Number.isFinite(free) ? { freeBytes: free } : {}),
  };
}

function partOf(entry: MongodbEntry, database: string): Part {
  const name = typeof entry.database === 'string' ? entry.name : `${entry.name}/${database}`;
  return { name, entry: entry.name, engine: 'mongodb', kind: 'database', source: database };
}

async function allDatabases(server: Server): Promise<string[]> {
  return (await databaseNames(server)).filter((name) => !SERVERS_OWN.has(name)).sort();
}

async function requireDatabase(server: Server, database: string): Promise<void> {
  if ((await databaseNames(server)).includes(database)) return;
  throw new AdapterError(
    'PreconditionFailed',
    `${server.place} has no database ${JSON.stringify(database)}`,
    {
      advice:
        'MongoDB makes a database with its first collection: check the spelling in the stack file.',
    },
  );
}

async function databaseNames(server: Server): Promise<string[]> {
  const { databases } = await server.client
    .db('admin')
    .command({ listDatabases: 1, nameOnly: true });
  return (databases as Document[]).map(({ name }) => String(name));
}

function noteOnConsistency(server: Server): string {
  return server.kind === 'standalone'
    ? `${server.version}, standalone: its collections are read one after the other, not at one instant; a replica set of one ` +
        'member would do'
    : `${server.version}, ${server.kind}: all collections are read at one snapshot`;
}
