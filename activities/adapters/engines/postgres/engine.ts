import type { PostgresEntry } from '../../../../workflows/model/stack';
import { AdapterError } from '../../../ports/adapter-error';
import type { Attempt } from '../../../ports/attempt';
import type { ByteSource } from '../../../ports/byte-stream';
import type { CommandRunner } from '../../../ports/command-runner';
import type { Containers } from '../../../ports/containers';
import type { Engine, EntryCall, PartCall, RestoreCall } from '../../../ports/engine';
import type { Site } from '../../../ports/site';
import type { Access, Caller, PostgresDependencies } from './connect/access';
import { applicationName } from './connect/application-name';
import { dumpDatabase } from './dump/dump-database';
import { dumpGlobals } from './dump/dump-globals';
import { clientProgramsOnHost, type FindClientProgram } from './connect/find-client-program';
import { observeServer } from './observe-server';
import { checkIntegrity, checkStructure } from './drill/check-database';
import { readAhead } from './drill/read-ahead';
import { restoreNames } from './restore/databases';
import { endSessionsNamed } from './connect/own-sessions';
import { chooseLeftOut } from './restore/choose-left-out';
import type { PartRestorer, RestoreTask } from './restore/part-restorer';
import { reachServer } from './connect/reach-server';
import { databaseRestorer } from './restore/restore-database';
import { globalsRestorer } from './restore/restore-globals';
import { onServer } from './connect/server-sessions';

/** What ending a dead dump's sessions may take; the next attempt ends them anyway. */
const END_ON_SERVER_MILLISECONDS = 10_000;

/**
 * The engine of PostgreSQL 11 and later: `pg_dump` archives, content digests at the dump's own snapshot, restores that
 * are swapped by renaming databases. In the service's container or by address.
 */
export function createPostgresEngine(options: {
  readonly hostRunner: CommandRunner;
  readonly containers: Containers;
  /** Default: searches PATH and the folders of the usual packages. */
  readonly findClientProgram?: FindClientProgram;
}): Engine<PostgresEntry> {
  const dependencies: PostgresDependencies = {
    findClientProgram: clientProgramsOnHost(options.hostRunner),
    ...options,
  };
  const reach = ({ site, entry, attempt }: EntryCall<PostgresEntry>): Promise<Access> =>
    reachServer(dependencies, site, entry, callerOf(attempt));

  async function dump(call: PartCall<PostgresEntry>): Promise<ByteSource> {
    const { site, entry, part, attempt } = call;
    const caller = callerOf(attempt);
    const access = await reach(call);
    if (part.kind === 'globals') return dumpGlobals(access, caller);
    return dumpDatabase(access, caller, {
      database: part.source,
      wantsDigests: entry.digests,
      endOnServer: () => endOnServer(site, entry, caller.applicationName),
    });
  }

  /** On a connection of its own: the attempt's signal may be aborted. */
  async function endOnServer(site: Site, entry: PostgresEntry, name: string): Promise<void> {
    const signal = AbortSignal.timeout(END_ON_SERVER_MILLISECONDS);
    try {
      const caller = { applicationName: name, signal, onProgress: () => undefined };
      const access = await reachServer(dependencies, site, entry, caller);
      await onServer(access, [], (session) => endSessionsNamed(session, name));
    } catch (error) {
      if (!(error instanceof AdapterError) && error !== signal.reason) throw error;
      // A server that cannot be asked has lost these sessions, or the next attempt ends them.
    }
  }

  /** The restoring half for the part's kind, on a server reached for one call. */
  async function restoring(call: RestoreCall<PostgresEntry>): Promise<ReachedRestorer> {
    const { entry, part, target, attempt } = call;
    const { searchPath } = entry.restore ?? {};
    return {
      to: part.kind === 'globals' ? globalsRestorer : databaseRestorer,
      access: await reach(call),
      task: {
        ...{ part, target, onProgress: attempt.onProgress },
        ...(searchPath !== undefined && { searchPath }),
      },
    };
  }

  return {
    kind: 'postgres',
    observe: async (call) => observeServer(await reach(call), call.entry),
    dump,
    observeTarget: async (call) => {
      const { to, access, task } = await restoring(call);
      return to.observeTarget(access, task);
    },
    chooseLeftOut,
    prepare: async ({ surroundings, ...call }) => {
      const { to, access, task } = await restoring(call);
      return to.prepare(access, task, surroundings);
    },
    receive: async (call) => {
      const { to, access, task } = await restoring(call);
      return to.receive(access, task);
    },
    digest: async ({ expected, ...call }) => {
      const { to, access, task } = await restoring(call);
      return to.digest(access, task, expected);
    },
    readAhead: async ({ dump: archive, ...call }) => readAhead(await reach(call), archive),
    checkStructure: async (call) =>
      checkStructure(await reach(call), restoreNames(call.target).beside),
    checkIntegrity: async (call) => {
      const { beside } = restoreNames(call.target);
      return checkIntegrity(await reach(call), beside, call.attempt.onProgress);
    },
    swap: async (call) => {
      const { to, access, task } = await restoring(call);
      return to.swap(access, task);
    },
    swapBack: async (call) => {
      const { to, access, task } = await restoring(call);
      await to.swapBack(access, task);
    },
    discardBeside: async (call) => {
      const { to, access, task } = await restoring(call);
      await to.discardBeside(access, task);
    },
    discardKept: async (call) => {
      const { to, access, task } = await restoring(call);
      await to.discardKept(access, task);
    },
  };
}

interface ReachedRestorer {
  readonly to: PartRestorer;
  readonly access: Access;
  readonly task: RestoreTask;
}

function callerOf({ owner, ...attempt }: Attempt): Caller {
  return { applicationName: applicationName(owner), ...attempt };
}
