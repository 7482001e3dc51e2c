import { tmpdir } from 'node:os';
import type { MongodbEntry } from '../../../../workflows/model/stack';
import type { Containers } from '../../../ports/containers';
import type { Engine } from '../../../ports/engine';
import { openServer, withServer, type Surroundings } from './connect';
import { dumpDatabase } from './dump';
import { observeEntry, observeReplaced } from './observe';
import { endLeftovers } from './operations';
import { digestPlace, discardPlace, preparePlace } from './place-beside';
import { receiveDatabase } from './receive';
import { Swap } from './swap';
import { discardKeptCollections, undoSwap } from './undo-swap';

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
    observe: (site, entry, attempt) =>
      withServer(world, [site, entry, attempt], `observing ${entry.name}`, (server) =>
        observeEntry(server, entry),
      ),
    dump: (site, entry, part, attempt) =>
      openServer(world, [site, entry, attempt], `dumping ${part.source}`, async (server) => {
        await endLeftovers(server, attempt.owner);
        return dumpDatabase(server, part, attempt, world.spoolDirectory);
      }),
    observeTarget: (site, entry, _part, target, attempt) =>
      withServer(world, [site, entry, attempt], `observing ${target.into}`, (server) =>
        observeReplaced(server, target),
      ),
    prepare: (site, entry, _part, target, _surroundings, attempt) =>
      withServer(world, [site, entry, attempt], `preparing ${target.into}`, async (server) => {
        await endLeftovers(server, attempt.owner);
        await preparePlace(server, target);
        return [];
      }),
    receive: (site, entry, _part, target, attempt) =>
      openServer(world, [site, entry, attempt], `restoring ${target.into}`, (server) =>
        Promise.resolve(receiveDatabase(server, target, attempt)),
      ),
    digest: (site, entry, _part, target, _expected, attempt) =>
      withServer(world, [site, entry, attempt], `reading back ${target.into}`, (server) =>
        digestPlace(server, target, attempt),
      ),
    swap: (site, entry, _part, target, attempt) =>
      withServer(world, [site, entry, attempt], `swapping ${target.into}`, (server) =>
        new Swap(server, target).perform(),
      ),
    swapBack: (site, entry, _part, target, attempt) =>
      withServer(world, [site, entry, attempt], `swapping ${target.into} back`, (server) =>
        undoSwap(server, target),
      ),
    discardBeside: (site, entry, _part, target, attempt) =>
      withServer(world, [site, entry, attempt], `discarding beside ${target.into}`, (server) =>
        discardPlace(server, target),
      ),
    discardKept: (site, entry, _part, target, attempt) =>
      withServer(
        world,
        [site, entry, attempt],
        `discarding what was kept of ${target.into}`,
        (server) => discardKeptCollections(server, target),
      ),
  };
}
