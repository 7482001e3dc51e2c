import { AdapterError } from '../../adapter-error';
import type { Server } from './connect';
import { hasCode } from './to-adapter-error';

const NAMESPACE_NOT_FOUND = 26;
export const NAMESPACE_EXISTS = 48;
const INVALID_NAMESPACE = 73;

export async function rename(
  server: Server,
  database: string,
  from: string,
  to: string,
): Promise<void> {
  await server.client.db('admin').command({
    renameCollection: `${database}.${from}`,
    to: `${database}.${to}`,
    writeConcern: { w: 'majority' },
  });
}

/**
 * Some servers that speak the protocol (FerretDB 1) cannot rename a collection with a dot in its name: it must be known
 * before the first rename, not at the tenth.
 * Throws: PreconditionFailed
 */
export async function requireRenameable(
  server: Server,
  database: string,
  name: string,
): Promise<void> {
  if (!name.includes('.')) return;
  try {
    await rename(server, database, `${name}_not_there_`, `${name}_not_there_either_`);
  } catch (error) {
    if (hasCode(error, NAMESPACE_NOT_FOUND)) return;
    if (!hasCode(error, INVALID_NAMESPACE)) throw error;
    throw new AdapterError(
      'PreconditionFailed',
      `${server.version} cannot rename collection ${JSON.stringify(name)} of ${JSON.stringify(database)}, so a restore could ` +
        'not put it in its place; nothing that works was touched',
      { advice: 'Unpack the dump (restic dump … | tar x) and load it with mongorestore.' },
      { cause: error },
    );
  }
}
