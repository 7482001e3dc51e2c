import type { Part } from '../../../../workflows/model/recovery-point';
import type { RestoreTarget } from '../../../../workflows/model/restore-target';
import type { PostgresEntry } from '../../../../workflows/model/stack';
import { AdapterError } from '../../../ports/adapter-error';
import type { Attempt } from '../../../ports/attempt';
import type { ByteSource } from '../../../ports/byte-stream';
import type { CommandRunner } from '../../../ports/command-runner';
import type { Containers } from '../../../ports/containers';
import type { Engine } from '../../../ports/engine';
import type { Site } from '../../../ports/site';
import type { Access, Caller, PostgresDependencies } from './connect/access';
import { applicationName } from './connect/application-name';
import { dumpDatabase } from './dump/dump-database';
import { dumpGlobals } from './dump/dump-globals';
import { clientProgramsOnHost, type FindClientProgram } from './connect/find-client-program';
import { observeServer } from './observe-server';
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
  const reach = (site: Site, entry: PostgresEntry, caller: Caller): Promise<Access> =>
    reachServer(dependencies, site, entry, caller);

  async function dump(
    site: Site,
    entry: PostgresEntry,
    part: Part,
    attempt: Attempt,
  ): Promise<ByteSource> {
    const caller = callerOf(attempt);
    const access = await reach(site, entry, caller);
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
      const access = await reach(site, entry, {
        applicationName: name,
        signal,
        onProgress: () => undefined,
      });
      await onServer(access, [], (session) => endSessionsNamed(session, name));
    } catch (error) {
      if (!(error instanceof AdapterError) && error !== signal.reason) throw error;
      // A server that cannot be asked has lost these sessions, or the next attempt ends them.
    }
  }

  /** One call of the restoring half, on a server reached for it. */
  async function restoring<Result>(
    [site, entry, part, target, attempt]: RestoreArguments,
    call: (restorer: PartRestorer, access: Access, task: RestoreTask) => Promise<Result>,
  ): Promise<Result> {
    const access = await reach(site, entry, callerOf(attempt));
    const restorer = part.kind === 'globals' ? globalsRestorer : databaseRestorer;
    const { searchPath } = entry.restore ?? {};
    return call(restorer, access, {
      ...{ part, target, onProgress: attempt.onProgress },
      ...(searchPath !== undefined && { searchPath }),
    });
  }

  return {
    kind: 'postgres',
    observe: async (site, entry, attempt) =>
      observeServer(await reach(site, entry, callerOf(attempt)), entry),
    dump,
    observeTarget: (...all) => restoring(all, (to, access, task) => to.observeTarget(access, task)),
    chooseLeftOut,
    prepare: (site, entry, part, target, surroundings, attempt) =>
      restoring([site, entry, part, target, attempt], (to, access, task) =>
        to.prepare(access, task, surroundings),
      ),
    receive: (...all) => restoring(all, (to, access, task) => to.receive(access, task)),
    digest: (site, entry, part, target, expected, attempt) =>
      restoring([site, entry, part, target, attempt], (to, access, task) =>
        to.digest(access, task, expected),
      ),
    swap: (...all) => restoring(all, (to, access, task) => to.swap(access, task)),
    swapBack: (...all) => restoring(all, (to, access, task) => to.swapBack(access, task)),
    discardBeside: (...all) => restoring(all, (to, access, task) => to.discardBeside(access, task)),
    discardKept: (...all) => restoring(all, (to, access, task) => to.discardKept(access, task)),
  };
}

type RestoreArguments = readonly [Site, PostgresEntry, Part, RestoreTarget, Attempt];

function callerOf({ owner, ...attempt }: Attempt): Caller {
  return { applicationName: applicationName(owner), ...attempt };
}
