import { tmpdir } from 'node:os';
import type { MongodbEntry } from '../../../../workflows/model/stack';
import type { Containers } from '../../../ports/containers';
import type { Engine } from '../../../ports/engine';
import { openServer, withServer, type Surroundings } from './connect';
import { dumpDatabase } from './dump';
import { observeEntry, observeReplaced } from './observe';
import { endLeftovers } from './operations';
import { digestBeside, discardBeside, prepareBeside } from './database-beside';
import { receiveDatabase } from './receive';
import { Swap } from './swap';
import { discardKeptCollections, undoSwap } from './undo-swap';
import { validateBeside } from './validate-beside';

export interface MongodbEngineOptions {
  readonly containers: Pick<Containers, 'address'>;
  /** Has room for the two largest collections, uncompressed; the system's temporary directory by default. */
  readonly spoolDirectory?: string;
}

/**
 * MongoDB, and servers that speak its protocol, through the driver: no program of MongoDB's is needed on the host or in
 * the container. A dump is a tar archive of what mongodump writes, so that mongorestore can load it without us.
 * Throws: CredentialsRejected · ServiceUnavailable · PreconditionFailed · ResourceBusy · CommandFailed
 */
export function createMongodbEngine(options: MongodbEngineOptions): Engine<MongodbEntry> {
  const world: Surroundings = { spoolDirectory: tmpdir(), ...options };
  return {
    kind: 'mongodb',
    observe: (call) =>
      withServer(world, call, `observing ${call.entry.name}`, (server) =>
        observeEntry(server, call.entry),
      ),
    dump: (call) =>
      openServer(world, call, `dumping ${call.part.source}`, async (server) => {
        await endLeftovers(server, call.attempt.owner);
        return dumpDatabase(server, call.part, call.attempt, world.spoolDirectory);
      }),
    observeTarget: (call) =>
      withServer(world, call, `observing ${call.target.into}`, (server) =>
        observeReplaced(server, call.target),
      ),
    prepare: (call) =>
      withServer(world, call, `preparing ${call.target.into}`, async (server) => {
        await endLeftovers(server, call.attempt.owner);
        await prepareBeside(server, call.target);
        return [];
      }),
    receive: (call) =>
      openServer(world, call, `restoring ${call.target.into}`, (server) =>
        Promise.resolve(receiveDatabase(server, call.target, call.attempt)),
      ),
    digest: (call) =>
      withServer(world, call, `reading back ${call.target.into}`, (server) =>
        digestBeside(server, call.target, call.attempt),
      ),
    checkIntegrity: (call) =>
      withServer(world, call, `checking ${call.target.into}`, (server) =>
        validateBeside(server, call.target, call.attempt),
      ),
    swap: (call) =>
      withServer(world, call, `swapping ${call.target.into}`, (server) =>
        new Swap(server, call.target).perform(),
      ),
    swapBack: (call) =>
      withServer(world, call, `swapping ${call.target.into} back`, (server) =>
        undoSwap(server, call.target),
      ),
    discardBeside: (call) =>
      withServer(world, call, `discarding beside ${call.target.into}`, (server) =>
        discardBeside(server, call.target),
      ),
    discardKept: (call) =>
      withServer(world, call, `discarding what was kept of ${call.target.into}`, (server) =>
        discardKeptCollections(server, call.target),
      ),
  };
}
