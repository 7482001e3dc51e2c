import { dirname } from 'node:path';
import type { SqliteEntry } from '../../../../workflows/model/stack';
import { AdapterError } from '../../../ports/adapter-error';
import type { RestoreCall, TargetObservation } from '../../../ports/engine';
import type { OwnFolder } from '../../../ports/site';
import { isThere } from './own-folders';
import { freeBytes, lookAtDatabase, openersOf, type DatabasePlace } from './place';
import type { SqliteProgram } from './program';
import type { RestoreLayout } from './restore-layout';
import { describeOpeners } from './swap-database';

interface TargetPlace {
  readonly place: DatabasePlace;
  readonly layout: RestoreLayout;
  readonly ownFolders: readonly OwnFolder[];
}

/**
 * Looks at the database that a restore would replace.
 * Throws: PreconditionFailed (it is no database; its folder is pawl's own)
 */
export async function observeTarget(
  program: SqliteProgram,
  { place, layout, ownFolders }: TargetPlace,
  { site, entry, attempt }: RestoreCall<SqliteEntry>,
): Promise<TargetObservation> {
  const { name, path } = place;
  for (const own of [...ownFolders, ...(site.ownFolders ?? [])]) {
    if (`${path}/`.startsWith(`${own.path}/`)) throw notThere(name, `it lies in ${own.what}`);
  }
  const folder = dirname(path);
  const isFolder = await isThere(folder);
  const found = await lookAtDatabase(place);
  const { service } = entry;
  const openers = service === undefined ? await openersOf(place) : [];
  return {
    exists: found !== undefined,
    bytes: found?.bytes ?? 0,
    otherSessions: 0,
    freeBytes: await freeBytes(folder),
    keepAs: layout.keep,
    version: await program.version(attempt),
    ...(openers.length > 0 && { obstacle: describeOpeners(name, openers) }),
    notes: [
      ...(isFolder ? [] : [`There is no folder ${folder} yet: it is made.`]),
      ...(found !== undefined && service !== undefined ? [stopNote(service, name)] : []),
    ],
  };
}

function stopNote(service: string, name: string): string {
  return `Service ${service} is stopped while ${name} is replaced, which takes a few renames, and is started again.`;
}

function notThere(name: string, why: string): AdapterError {
  return new AdapterError('PreconditionFailed', `Nothing can be restored to ${name}: ${why}`, {
    advice: 'Name another file with --into, or correct `path` in the stack file.',
  });
}
