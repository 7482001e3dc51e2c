import type { SqliteEntry } from '../../../../workflows/model/stack';
import { AdapterError } from '../../../ports/adapter-error';
import type { Attempt } from '../../../ports/attempt';
import type { ByteSource } from '../../../ports/byte-stream';
import { copyDatabase } from './copy-database';
import { examine } from './content';
import { lookAtDatabase, requireDatabase, type DatabasePlace } from './place';
import type { SqliteProgram } from './program';

export interface DumpRequest {
  readonly place: DatabasePlace;
  readonly entry: SqliteEntry;
  /** A folder in which copies may be made. */
  readonly spool: string;
}

/** The database file itself: any SQLite opens it. */
const FORMAT = 'sqlite3';

/**
 * Copies a database, proves the copy and streams it: what is stored has been read back once.
 * Throws: as `copyDatabase` and `examine`
 */
export async function dumpDatabase(
  program: SqliteProgram,
  { place, entry, spool }: DumpRequest,
  attempt: Attempt,
): Promise<ByteSource> {
  const { identity, bytes, isWal, uid, gid, mode } = await requireDatabase(place);
  const version = await program.version(attempt);
  const copy = await copyDatabase(program, place, { bytes, spool }, attempt);
  try {
    const { digests } = entry;
    const { contents, notes } = await examine(program, copy.database, {
      ...{ digests, bytes, attempt },
    });
    // A copy is in the rollback mode; which one the application wants is said by the database itself.
    if (isWal) await program.run(copy.database, TO_WAL, attempt);
    const file = await copy.openUnlinked();
    const stream = file.createReadStream({ signal: attempt.signal, highWaterMark: 256 * 1024 });
    // The consumer sees it, and `finish` says why.
    stream.on('error', () => undefined);
    return {
      stream,
      finish: async () => {
        attempt.signal.throwIfAborted();
        if (stream.errored) throw broken(place, stream.errored);
        if ((await lookAtDatabase(place))?.identity !== identity) throw replaced(place);
        return {
          format: FORMAT,
          sourceVersion: version,
          contents,
          consistency: 'snapshot',
          notes: [...notes, ...(copy.note === undefined ? [] : [copy.note])],
          surroundings: { uid, gid, mode },
        };
      },
      abort: async () => {
        stream.destroy();
        await file.close();
      },
    };
  } catch (error) {
    await copy.remove();
    throw error;
  }
}

const TO_WAL = 'PRAGMA journal_mode = WAL;';

function broken({ name }: DatabasePlace, cause: Error): AdapterError {
  const text = `Reading the copy of ${name} broke off: ${cause.message}`;
  return new AdapterError('CommandFailed', text, {}, { cause });
}

/** The copy is whole, but of a database that is no longer the application's. */
function replaced({ name }: DatabasePlace): AdapterError {
  const text = `${name} was removed or replaced by another file while it was saved; nothing was stored`;
  return new AdapterError('PreconditionFailed', text, { advice: 'Run the backup again.' });
}
