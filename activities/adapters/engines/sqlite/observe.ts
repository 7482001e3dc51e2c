import type { SqliteEntry } from '../../../../workflows/model/stack';
import { formatBytes } from '../../../../workflows/model/format-bytes';
import { folderSource } from '../../../../workflows/model/stack';
import type { Attempt } from '../../../ports/attempt';
import type { EngineObservation } from '../../../ports/engine';
import { hasRoom } from './copy-database';
import type { DumpRequest } from './dump';
import { requireDatabase, type DatabaseFile, type DatabasePlace } from './place';
import type { SqliteProgram } from './program';

/** Below this a copy takes no time that a person would notice. */
const LONG_COPY_BYTES = 20_000_000;

/** Throws: PreconditionFailed (no such database, no program) · CredentialsRejected */
export async function observeDatabase(
  program: SqliteProgram,
  { place, entry, spool }: DumpRequest,
  attempt: Attempt,
): Promise<EngineObservation> {
  const file = await requireDatabase(place);
  const part = {
    name: entry.name,
    entry: entry.name,
    engine: entry.engine,
    kind: 'database' as const,
    source: folderSource(entry),
  };
  return {
    entry: entry.name,
    engine: entry.engine,
    version: await program.version(attempt),
    parts: [{ part, expectedBytes: file.bytes }],
    notes: [
      ...linkNotes(place),
      ...waitNotes(place, file),
      ...(await roomNotes(place, spool, file)),
      ...digestNotes(entry),
    ],
  };
}

function linkNotes({ name, path, untrusted }: DatabasePlace): string[] {
  if (untrusted === undefined) return [];
  return [
    `${name} is reached by a symbolic link that others can change (${untrusted}): ${path} is saved, but not restored to by that name. Name it in the stack file.`,
  ];
}

/** In WAL mode writers and readers do not wait for each other. */
function waitNotes({ name }: DatabasePlace, { isWal, bytes }: DatabaseFile): string[] {
  if (isWal || bytes < LONG_COPY_BYTES) return [];
  return [
    `${name} is not in WAL mode: who writes to it waits while it is copied (${formatBytes(bytes)}).`,
  ];
}

async function roomNotes(place: DatabasePlace, spool: string, file: DatabaseFile) {
  if (await hasRoom(place, spool, file)) return [];
  return [
    `There is no room now for a copy of ${place.name} (${formatBytes(file.bytes)}), neither in ${spool} nor beside it.`,
  ];
}

function digestNotes({ name, digests }: SqliteEntry): string[] {
  if (digests) return [];
  return [`The tables of ${name} are not digested: a restore is proved by integrity_check alone.`];
}
