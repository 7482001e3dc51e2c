import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { SqliteEntry } from '../../../../workflows/model/stack';
import { AdapterError } from '../../../ports/adapter-error';
import type { CommandRunner } from '../../../ports/command-runner';
import type { Engine, EntryCall, RestoreCall } from '../../../ports/engine';
import type { ServiceFiles } from '../../../ports/service-files';
import type { OwnFolder } from '../../../ports/site';
import { examine } from './content';
import { dumpDatabase } from './dump';
import { haltService, NO_HALT } from './halt';
import { observeDatabase } from './observe';
import { observeTarget } from './observe-target';
import { inOwn, removeOwn } from './own-folders';
import { placeOf } from './place';
import { SqliteProgram } from './program';
import { prepareBeside, receiveDatabase } from './receive';
import { restoreLayout } from './restore-layout';
import { swapBackDatabase, swapDatabase } from './swap-database';

export interface SqliteEngineTools {
  readonly hostRunner: CommandRunner;
  readonly services: ServiceFiles;
  /** Of the host, besides those of the site: nothing is restored there. */
  readonly ownFolders?: readonly OwnFolder[];
  /** Has room for a copy of a database; the system's temporary directory by default. */
  readonly spoolDirectory?: string;
}

/**
 * Saves one SQLite database of this host, or of a service's volume as this host sees it, as a copy that any SQLite opens.
 * The copy shows one instant, whoever writes meanwhile, and is proved before it is stored.
 *
 * A restore builds the file in a folder beside the present one, and renames.
 */
export function createSqliteEngine({
  hostRunner,
  services,
  ownFolders = [],
  spoolDirectory = tmpdir(),
}: SqliteEngineTools): Engine<SqliteEntry> {
  const program = new SqliteProgram(hostRunner);

  async function request(call: EntryCall<SqliteEntry>, path = call.entry.path) {
    const place = await placeOf(services, call, path);
    return { place, entry: call.entry, spool: spoolDirectory };
  }

  async function target(call: Omit<RestoreCall<SqliteEntry>, 'part'>) {
    const { site, entry, attempt } = call;
    const place = await placeOf(services, call, call.target.into);
    if (place.untrusted !== undefined) throw untrustedLink(place.path, place.untrusted);
    const layout = restoreLayout(place.path, call.target);
    const halt =
      entry.service === undefined
        ? NO_HALT
        : haltService(services, { site, service: entry.service }, layout, attempt);
    return { place, layout, halt };
  }

  return {
    kind: 'sqlite',

    async observe(call) {
      return observeDatabase(program, await request(call), call.attempt);
    },

    async dump(call) {
      return dumpDatabase(program, await request(call, call.part.source), call.attempt);
    },

    async observeTarget(call) {
      const { place, layout } = await target(call);
      return observeTarget(program, { place, layout, ownFolders }, call);
    },

    async prepare(call) {
      const { layout } = await target(call);
      return prepareBeside(layout, call.surroundings);
    },

    async receive(call) {
      const { layout } = await target(call);
      return receiveDatabase(layout, call.attempt);
    },

    async digest(call) {
      const { layout, place } = await target(call);
      const name = `what was restored beside ${place.name}`;
      const { contents } = await inOwn(layout.beside, async (folder) => {
        const { size: bytes } = await stat(`${folder}/database`);
        const digests = call.expected.length > 0;
        const database = { file: 'database', folder, name };
        return examine(program, database, { digests, bytes, attempt: call.attempt });
      });
      return contents;
    },

    async swap(call) {
      return swapDatabase(await target(call));
    },

    async swapBack(call) {
      await swapBackDatabase(await target(call));
    },

    async discardBeside(call) {
      const { layout } = await target(call);
      await removeOwn(layout.beside);
    },

    async discardKept(call) {
      const { layout } = await target(call);
      await removeOwn(layout.keep);
    },
  };
}

function untrustedLink(path: string, link: string): AdapterError {
  const text = `${link} is a symbolic link that others than root, the worker's user and the owner of the stack's folder can change, so nothing is restored by that name`;
  const advice = `If ${path} is meant, name it in the stack file (or with --into).`;
  return new AdapterError('PreconditionFailed', text, { advice });
}
