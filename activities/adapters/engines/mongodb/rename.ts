import { AdapterError } from '../../../ports/adapter-error';
import type { Server } from './connect';
import { hasCode } from './to-adapter-error';

const NAMESPACE_NOT_FOUND = 26;
export const NAMESPACE_EXISTS = 48;
const INVALID_NAMESPACE = 73;
const UNAUTHORIZED = 13;

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
 * Some servers that speak the protocol (FerretDB 1) cannot rename a collection with a dot in its name, such as GridFS has: it
 * must be known before the first rename, not at the tenth. Where the user may rename nothing, it is not known: true.
 */
export async function isRenameable(
  server: Server,
  database: string,
  name: string,
): Promise<boolean> {
  if (!name.includes('.')) return true;
  try {
    await rename(server, database, `${name}_not_there_`, `${name}_not_there_either_`);
  } catch (error) {
    if (hasCode(error, INVALID_NAMESPACE)) return false;
    if (!hasCode(error, NAMESPACE_NOT_FOUND, UNAUTHORIZED)) throw error;
  }
  return true;
}

/** Throws: PreconditionFailed */
export async function requireRenameable(
  server: Server,
  database: string,
  name: string,
): Promise<void> {
  if (await isRenameable(server, database, name)) return;
  throw new AdapterError(
    'PreconditionFailed',
    `${server.version} cannot rename collection ${JSON.stringify(name)} of ${JSON.stringify(database)}, so a restore cannot ` +
      'put it in the place of what is there; nothing that works was touched',
    {
      advice:
        'Restore into a database that holds nothing: drop this one first, or name another with --into.',
    },
  );
}

/** What a backup says of collections that can go into an empty database only. */
export async function notesOnRenaming(
  server: Server,
  database: string,
  names: readonly string[],
): Promise<readonly string[]> {
  const fixed: string[] = [];
  for (const name of names) {
    if (!(await isRenameable(server, database, name))) fixed.push(JSON.stringify(name));
  }
  if (fixed.length === 0) return [];
  return [
    `${server.version} cannot rename ${fixed.join(', ')}: a restore brings ${fixed.length === 1 ? 'it' : 'them'} back into a database that ` +
      'holds nothing, and is refused where there is something to replace',
  ];
}
