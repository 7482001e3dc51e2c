import { createHash } from 'node:crypto';
import { mkdir, open, readdir, realpath, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatBytes } from '../../../../workflows/model/format-bytes';
import { AdapterError } from '../../../ports/adapter-error';
import type { Attempt } from '../../../ports/attempt';
import { guarded } from '../../process/host-failure';
import { orLacking } from './content';
import { freeBytes, unlessMissing, type DatabaseFile, type DatabasePlace } from './place';
import type { OpenedDatabase, SqliteProgram } from './program';

const COPY = 'copy';

/** Left free for everybody else. */
const RESERVE_BYTES = 64 * 1024 * 1024;

/** Longer than any run goes on trying. */
const ABANDONED_MILLISECONDS = 7 * 24 * 3600 * 1000;

/** How often it is looked whether the copy has grown. */
const LOOK_MILLISECONDS = 2_000;

/** A copy of a database at one instant, which nobody else knows. */
export interface DatabaseCopy {
  readonly database: OpenedDatabase;
  /** Why it is no `VACUUM INTO`; absent where it is one. */
  readonly note?: string;
  /** Opens its file, and removes its name: it is gone when this process is, however it ends. */
  openUnlinked(): Promise<FileHandle>;
  /** Idempotent. */
  remove(): Promise<void>;
}

/**
 * Copies by `VACUUM INTO`: one reading transaction, and the copy is compact. A database that only its application can vacuum
 * (its collations, its functions) is copied page by page within one reading transaction. Never in several steps: each commit
 * of a writer would begin such a copy again.
 * Retry:  what an earlier attempt of this owner has left is removed first
 * Throws: PreconditionFailed (no room) · ResourceBusy (locked) · VerificationFailed (damaged)
 */
export async function copyDatabase(
  program: SqliteProgram,
  place: DatabasePlace,
  { bytes, spool }: { readonly bytes: number; readonly spool: string },
  attempt: Attempt,
): Promise<DatabaseCopy> {
  const folders = await copyFolders(place, spool, attempt.owner);
  for (const folder of folders) await clearAway(folder);
  const folder = await firstWithRoom(place, folders, bytes);
  await guarded(mkdir)(folder, { mode: 0o700 });
  const source = { file: place.path, folder, name: place.name };
  const database = { file: COPY, folder, name: `the copy of ${place.name}` };
  try {
    const answer = await whileGrowing(join(folder, COPY), attempt, () =>
      orLacking(program.run(source, `VACUUM INTO '${COPY}';`, attempt)),
    );
    const note = answer.lacked !== undefined ? pageByPage(place, answer.lacked) : undefined;
    if (note !== undefined) {
      await rm(join(folder, COPY), { force: true });
      await whileGrowing(join(folder, COPY), attempt, () =>
        program.run(source, IN_ONE_TRANSACTION, attempt),
      );
    }
    return {
      database,
      ...(note !== undefined && { note }),
      openUnlinked: async () => {
        const file = await open(join(folder, COPY), 'r');
        await removeFolder(folder);
        return file;
      },
      remove: () => removeFolder(folder),
    };
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

/** What is needed of a disk to copy it. */
export async function hasRoom(
  place: DatabasePlace,
  spool: string,
  { bytes }: Pick<DatabaseFile, 'bytes'>,
): Promise<boolean> {
  const free = await Promise.all([spool, dirname(place.path)].map(freeBytes));
  return Math.max(...free) >= bytes + RESERVE_BYTES;
}

/** The transaction is this connection's own, so that its copy does not begin again when others write. */
const IN_ONE_TRANSACTION = `BEGIN;
SELECT count(*) FROM sqlite_master;
.backup ${COPY}
COMMIT;`;

/** Both places in which a copy may be: the worker's own, and beside the database. */
async function copyFolders(
  { path }: DatabasePlace,
  spool: string,
  owner: string,
): Promise<readonly string[]> {
  const mark = [path, owner].map((text) => shortHash(text)).join('-');
  return [
    join(await realpath(spool), `pawl-sqlite-${mark}`),
    join(dirname(path), `.pawl_sqlite-${mark}`),
  ];
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** What an earlier attempt has left; and what attempts of the same database have left that nobody repeats any more. */
async function clearAway(folder: string): Promise<void> {
  await removeFolder(folder);
  const [own, above] = [basename(folder), dirname(folder)];
  const ofDatabase = own.slice(0, own.lastIndexOf('-') + 1);
  for (const name of await readdir(above)) {
    if (!name.startsWith(ofDatabase)) continue;
    const left = await stat(join(above, name)).catch(unlessMissing);
    if (left !== undefined && Date.now() - left.mtimeMs > ABANDONED_MILLISECONDS) {
      await removeFolder(join(above, name));
    }
  }
}

async function firstWithRoom(
  place: DatabasePlace,
  folders: readonly string[],
  bytes: number,
): Promise<string> {
  for (const folder of folders) {
    if ((await freeBytes(dirname(folder))) >= bytes + RESERVE_BYTES) return folder;
  }
  throw noRoom(place, folders.map(dirname), bytes);
}

function noRoom({ name }: DatabasePlace, places: readonly string[], bytes: number): AdapterError {
  const text = `There is no room for a copy of ${name}: it takes ${formatBytes(bytes)}, and neither ${places.join(' nor ')} has so much free`;
  return new AdapterError('PreconditionFailed', text, {
    advice: 'Free some space, or give the worker a TMPDIR that has it.',
  });
}

function pageByPage({ name }: DatabasePlace, lacked: string): string {
  return `${name} was copied page by page, with its free pages: SQLite says ${lacked}, and a compact copy needs it.`;
}

/** Reports work for as long as the copy grows. */
async function whileGrowing<Answer>(
  file: string,
  { onProgress }: Attempt,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const ended = new AbortController();
  const watching = watch();
  try {
    return await work();
  } finally {
    ended.abort();
    await watching;
  }

  async function watch(): Promise<void> {
    for (let seen = -1; !ended.signal.aborted;) {
      const size = (await stat(file).catch(unlessMissing))?.size ?? 0;
      if (size > seen) onProgress();
      seen = size;
      await sleep(LOOK_MILLISECONDS, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  }
}

async function removeFolder(folder: string): Promise<void> {
  await guarded(rm)(folder, { recursive: true, force: true });
}
