import type {
  ComposeProject,
  PostgresEntry,
  MongodbEntry,
  FilesEntry,
  ProtectEntry,
  Reach,
  SecretReference,
  StackDescription,
} from '../workflows/model/stack';
import { requireSeconds } from './duration';
import { normaliseApprovals } from './normalise-approvals';
import { normaliseFreeze } from './normalise-freeze';
import { normaliseDeploy } from './normalise-deploy';
import { normaliseEdge } from './normalise-edge';
import type { StackDocument } from './schema';

type EntryDocument = StackDocument['protect'][string];
type DocumentOf<Kind extends EntryDocument['engine']> = Extract<EntryDocument, { engine: Kind }>;
type SecretDocument = StackDocument['repository']['password'];

/** Turns the file's own words into the description that runs are started with. `directory` is absolute. */
export function normalise(document: StackDocument, directory: string): StackDescription {
  const compose = composeProject(document);
  const deploy = normaliseDeploy(document);
  const edge = normaliseEdge(document);
  const approvals = normaliseApprovals(document);
  const freeze = normaliseFreeze(document);
  const { repository, limits, restore } = document;
  return {
    name: document.stack,
    host: document.host,
    directory,
    ...(compose && { compose }),
    repository: {
      url: repository.url,
      password: secret(repository.password),
      initialise: repository.initialise,
      environment: Object.fromEntries(
        Object.entries(repository.environment).map(([name, value]) => [
          name,
          typeof value === 'object' ? secret(value) : { plain: String(value) },
        ]),
      ),
    },
    protect: Object.entries(document.protect).map(([name, entry]) => protectEntry(name, entry)),
    limits: {
      heartbeatSeconds: requireSeconds(limits.heartbeat),
      stallSeconds: requireSeconds(limits.stall),
      deadlineSeconds: requireSeconds(limits.deadline),
    },
    restore: { keepReplacedSeconds: requireSeconds(restore.keepReplaced) },
    ...(deploy && { deploy }),
    ...(edge && { edge }),
    ...(approvals && { approvals }),
    ...(freeze && { freeze }),
    ...(document.onFailure === 'hold' && { onFailure: 'hold' as const }),
  };
}

/** A service without a `compose` section belongs to the project that Compose itself would find in the directory. */
function composeProject({ compose, protect, deploy }: StackDocument): ComposeProject | undefined {
  if (compose) {
    return {
      files: compose.files,
      ...(compose.project !== undefined && { project: compose.project }),
    };
  }
  const namesService = Object.values(protect).some(({ service }) => service !== undefined);
  return namesService || deploy ? { files: [] } : undefined;
}

function protectEntry(name: string, entry: EntryDocument): ProtectEntry {
  switch (entry.engine) {
    case 'postgres':
      return postgresEntry(name, entry);
    case 'mongodb':
      return mongodbEntry(name, entry);
    case 'files':
      return filesEntry(name, entry);
  }
}

function postgresEntry(name: string, entry: DocumentOf<'postgres'>): PostgresEntry {
  const { engine, database, digests, restore } = entry;
  return {
    ...{ name, engine, reach: reach(entry), database, ...login(entry), digests },
    ...(restore?.searchPath && { restore: { searchPath: restore.searchPath } }),
  };
}

function mongodbEntry(name: string, entry: DocumentOf<'mongodb'>): MongodbEntry {
  const { engine, database, authenticationDatabase } = entry;
  return {
    name,
    engine,
    reach: reach(entry),
    database,
    ...login(entry),
    ...(authenticationDatabase !== undefined && { authenticationDatabase }),
  };
}

function filesEntry(
  name: string,
  { engine, service, path, exclude }: DocumentOf<'files'>,
): FilesEntry {
  return { name, engine, ...(service !== undefined && { service }), path, exclude };
}

function reach({ service, address }: DocumentOf<'postgres' | 'mongodb'>): Reach {
  if (service !== undefined) return { service };
  if (address) return { address };
  throw new Error('an entry has neither service nor address: the rules let it pass');
}

function login(entry: DocumentOf<'postgres' | 'mongodb'>): {
  user?: string;
  password?: SecretReference;
} {
  return {
    ...(entry.user !== undefined && { user: entry.user }),
    ...(entry.password && { password: secret(entry.password) }),
  };
}

function secret({ env, file, command }: SecretDocument): SecretReference {
  if (env !== undefined) return { env };
  if (file !== undefined) return { file };
  if (command) return { command };
  throw new Error('a secret reference is empty: the schema let it pass');
}
