import type { Document } from 'mongodb';
import { ownerMark, type Server } from './connect';
import { hasCode } from './to-adapter-error';

const UNAUTHORIZED = 13;
const COMMAND_NOT_FOUND = 59;

/**
 * Ends what earlier attempts of this owner still do on the server: a killed client's insert may outlive it.
 * Nothing happens on a server that does not show or end operations; there, what is left ends with its connection.
 */
export async function endLeftovers(server: Server, owner: string): Promise<void> {
  const own = server.client.options.appName;
  const mark = ownerMark(owner);
  for (const operation of await operationsOn(server)) {
    const name = String(operation['appName']);
    if (!name.startsWith(mark) || name === own) continue;
    await tolerated(
      server.client.db('admin').command({ killOp: 1, op: operation['opid'] as number }),
    );
  }
}

/** Operations of other clients on a database now. Idle connections belong to no database and are not counted. */
export async function countOthersOn(server: Server, database: string): Promise<number> {
  const own = server.client.options.appName;
  const operations = await operationsOn(server);
  return operations.filter(
    ({ ns, appName }) =>
      typeof ns === 'string' && ns.startsWith(`${database}.`) && String(appName) !== own,
  ).length;
}

async function operationsOn(server: Server): Promise<Document[]> {
  // `$ownOps` needs no privilege.
  const answer = await tolerated(
    server.client.db('admin').command({ currentOp: 1, $ownOps: true }),
  );
  return (answer?.['inprog'] as Document[] | undefined) ?? [];
}

async function tolerated(command: Promise<Document>): Promise<Document | undefined> {
  try {
    return await command;
  } catch (error) {
    if (hasCode(error, UNAUTHORIZED, COMMAND_NOT_FOUND)) return undefined;
    throw error;
  }
}
