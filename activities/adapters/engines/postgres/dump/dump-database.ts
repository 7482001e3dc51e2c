import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PartFacts } from '../../../../../workflows/model/recovery-point';
import { AdapterError } from '../../../../ports/adapter-error';
import type { ByteSource } from '../../../../ports/byte-stream';
import type { RunningCommand } from '../../../../ports/command-runner';
import type { Access, Caller } from '../connect/access';
import { dumpArguments } from '../commands';
import {
  holdSnapshot,
  LOCK_WAIT_MILLISECONDS,
  type HeldSnapshot,
  type SnapshotDigest,
} from '../digest/held-snapshot';
import { endSessionsNamed } from '../connect/own-sessions';
import { explainExit } from '../program-failure';
import { reportingWork } from '../connect/report-work';
import type { Session } from '../connect/session';
import type { LockedTables } from '../digest/table-locks';
import { listTables, withoutRows } from '../digest/tables';
import { readSurroundings, type Surroundings } from '../surroundings';
import { CheckedArchive } from './checked-archive';

export interface DatabaseDumpRequest {
  readonly database: string;
  readonly wantsDigests: boolean;
  /** Ends on the server what this dump runs there: a backend in a long query does not see that its client is gone. */
  readonly endOnServer: () => Promise<void>;
}

/** So long a table may be locked by others, with us coming back for it again and again. */
const LOCK_PATIENCE_MILLISECONDS = 30_000;
const COME_BACK_MILLISECONDS = 200;

/** So often pg_dump is begun anew when somebody came between its locks and ours; then his tables are not counted. */
const TRIES_TO_LOCK_ALL = 5;

/**
 * Dumps one database; counts and digests its content meanwhile, at the same instant. Where tables are locked by others, it
 * waits for them a short time only, gives back what it has, and begins anew: nobody waits for it long.
 * Retry:  safe; sessions that an attempt of the same owner left are ended first
 * Throws: CredentialsRejected · PreconditionFailed (no such database, no fitting pg_dump) · ResourceBusy (a table is
 *         locked) · ServiceUnavailable (the server died) · CommandFailed
 */
export async function dumpDatabase(
  access: Access,
  caller: Caller,
  request: DatabaseDumpRequest,
): Promise<ByteSource> {
  const until = performance.now() + LOCK_PATIENCE_MILLISECONDS;
  for (let tries = 1; ; tries += 1) {
    try {
      return await beginDump(access, caller, request, tries < TRIES_TO_LOCK_ALL);
    } catch (error) {
      caller.signal.throwIfAborted();
      const isBusy = error instanceof AdapterError && error.kind === 'ResourceBusy';
      if (!isBusy || performance.now() > until) throw error;
      await sleep(COME_BACK_MILLISECONDS, undefined, { signal: caller.signal });
    }
  }
}

async function beginDump(
  access: Access,
  caller: Caller,
  { database, wantsDigests, endOnServer }: DatabaseDumpRequest,
  needsAll: boolean,
): Promise<ByteSource> {
  const { applicationName } = caller;
  const session = await access.connect(database);
  try {
    await endSessionsNamed(session, applicationName);
    const notes = wantsDigests ? [] : await notesWithoutDigests(session);
    const snapshot = wantsDigests ? await holdSnapshot(session, applicationName) : undefined;
    const surroundings = await readSurroundings(session, database);
    const command = await access.start('pg_dump', session.major, database, (connection) =>
      dumpArguments(connection, {
        lockWaitMilliseconds: LOCK_WAIT_MILLISECONDS,
        ...(snapshot !== undefined && { snapshotId: snapshot.id }),
      }),
    );
    return await DatabaseDump.begin(
      { access, database, caller, session, command, notes, surroundings, endOnServer },
      { snapshot, needsAll },
    );
  } catch (error) {
    await session.close();
    caller.signal.throwIfAborted();
    throw error;
  }
}

async function notesWithoutDigests(session: Session): Promise<readonly string[]> {
  await session.execute(`set lock_timeout = ${LOCK_WAIT_MILLISECONDS}`);
  return withoutRows(session, await listTables(session));
}

/** The instant to dump, and whether every table must be counted at it. */
interface Wanted {
  readonly snapshot: HeldSnapshot | undefined;
  readonly needsAll: boolean;
}

interface DumpParts {
  readonly access: Access;
  readonly database: string;
  readonly caller: Caller;
  readonly session: Session;
  readonly command: RunningCommand;
  readonly notes: readonly string[];
  readonly surroundings: Surroundings | undefined;
  readonly endOnServer: () => Promise<void>;
}

/** pg_dump and the digests, side by side: the first failure of either ends both and is the failure of the dump. */
class DatabaseDump implements ByteSource {
  readonly stream: Readable;
  readonly recycle: (chunk: Buffer) => void;
  private readonly archive: CheckedArchive;
  private readonly locked: Promise<LockedTables | undefined>;
  private readonly ended: Promise<SnapshotDigest>;
  private finished = false;

  /** Waits for the locks and the first bytes: most reasons not to dump show before them. */
  static async begin(parts: DumpParts, wanted: Wanted): Promise<ByteSource> {
    const dump = new DatabaseDump(parts, wanted);
    try {
      await dump.expectArchive();
      await dump.locked;
      return dump;
    } catch (error) {
      await dump.abort();
      throw error;
    }
  }

  private constructor(
    private readonly parts: DumpParts,
    wanted: Wanted,
  ) {
    this.archive = new CheckedArchive(parts.command.stdout);
    this.stream = this.archive;
    // The check follows the archive as it passes by, and keeps nothing of it.
    this.recycle = parts.command.recycle ?? (() => undefined);
    this.locked = this.lock(wanted);
    this.ended = this.runToEnd(wanted);
    this.ended.catch(() => undefined); // told by finish()
  }

  async finish(): Promise<PartFacts> {
    const { access, caller, surroundings } = this.parts;
    const { contents, notes } = await reportingWork(access, caller.onProgress, this.ended);
    this.requireArchive(this.archive.shortcoming());
    this.finished = true;
    return {
      format: 'pg_dump custom',
      sourceVersion: `PostgreSQL ${this.parts.session.version}`,
      contents,
      consistency: 'snapshot',
      notes: [...this.parts.notes, ...notes, ...this.archive.notes()],
      ...(surroundings !== undefined && { surroundings }),
    };
  }

  async abort(): Promise<void> {
    if (this.finished) return;
    const { command, session, endOnServer } = this.parts;
    await Promise.all([command.kill(), session.close(), endOnServer()]);
    await this.ended.catch(() => undefined);
    this.archive.destroy();
  }

  private async runToEnd(wanted: Wanted): Promise<SnapshotDigest> {
    const { caller, command, session } = this.parts;
    const { snapshot } = wanted;
    try {
      const [digest] = await Promise.all([this.digest(wanted), this.programEnded()]);
      const sequences = (await snapshot?.sequencesUntilNow()) ?? [];
      await snapshot?.release();
      return { ...digest, contents: [...digest.contents, ...sequences] };
    } catch (error) {
      await command.kill();
      caller.signal.throwIfAborted();
      throw error;
    } finally {
      await session.close();
    }
  }

  private async lock({ snapshot, needsAll }: Wanted): Promise<LockedTables | undefined> {
    const { exit } = this.parts.command;
    const locked = await snapshot?.lockBehind(Promise.race([this.archive.beginning(), exit]));
    const [contested] = locked?.contested ?? [];
    if (contested !== undefined && needsAll) throw taken(contested.name);
    return locked;
  }

  private async digest({ snapshot }: Wanted): Promise<SnapshotDigest> {
    let goesOn = true;
    const over = () => void (goesOn = false);
    this.parts.command.exit.then(over, over);
    const locked = await this.locked;
    if (snapshot === undefined || locked === undefined) return { contents: [], notes: [] };
    return snapshot.digest(locked, () => goesOn);
  }

  private async programEnded(): Promise<void> {
    const { access, command, database } = this.parts;
    const exit = await command.exit;
    if (exit.code !== 0) throw await explainExit(command, exit, access, database);
  }

  private async expectArchive(): Promise<void> {
    const shortcoming = await this.archive.beginning();
    if (shortcoming !== undefined) await this.ended; // says why, if it knows
    this.requireArchive(shortcoming);
  }

  private requireArchive(shortcoming: string | undefined): void {
    if (shortcoming === undefined) return;
    const { place } = this.parts.access;
    const message = `pg_dump at ${place} ended well but wrote ${shortcoming}`;
    throw new AdapterError('CommandFailed', message);
  }
}

function taken(table: string): AdapterError {
  return new AdapterError(
    'ResourceBusy',
    `Another session waits for an exclusive lock on ${table}`,
  );
}
