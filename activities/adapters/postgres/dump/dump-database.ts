import type { Readable } from 'node:stream';
import type { PartFacts } from '../../../../workflows/model/recovery-point';
import { AdapterError } from '../../../adapter-error';
import type { ByteSource, RunningCommand } from '../../../ports';
import type { Access, Caller } from '../connect/access';
import { dumpArguments } from '../commands';
import { holdSnapshot, LOCK_WAIT_SECONDS, type HeldSnapshot } from '../digest/held-snapshot';
import { endSessionsNamed } from '../connect/own-sessions';
import { explainExit } from '../program-failure';
import { reportingWork } from '../connect/report-work';
import type { Session } from '../connect/session';
import { undigested } from '../digest/tables';
import { readSurroundings, type Surroundings } from '../surroundings';
import { CheckedArchive } from './checked-archive';

export interface DatabaseDumpRequest {
  readonly database: string;
  readonly wantsDigests: boolean;
  /** Ends on the server what this dump runs there: a backend in a long query does not see that its client is gone. */
  readonly endOnServer: () => Promise<void>;
}

/**
 * Dumps one database; counts and digests its content meanwhile, at the same instant.
 * Retry:  safe; sessions that an attempt of the same owner left are ended first
 * Throws: CredentialsRejected · PreconditionFailed (no such database, no fitting pg_dump) · ResourceBusy (a table is
 *         locked) · ServiceUnavailable (the server died) · CommandFailed
 */
export async function dumpDatabase(
  access: Access,
  caller: Caller,
  { database, wantsDigests, endOnServer }: DatabaseDumpRequest,
): Promise<ByteSource> {
  const session = await access.connect(database);
  try {
    await endSessionsNamed(session, caller.applicationName);
    const notes = wantsDigests ? await undigested(session) : [];
    const snapshot = wantsDigests ? await holdSnapshot(session) : undefined;
    const surroundings = await readSurroundings(session, database);
    const command = await access.start('pg_dump', session.major, database, (connection) =>
      dumpArguments(connection, {
        lockWaitSeconds: LOCK_WAIT_SECONDS,
        ...(snapshot !== undefined && { snapshotId: snapshot.id }),
      }),
    );
    return await DatabaseDump.begin(
      { access, database, caller, session, command, notes, surroundings, endOnServer },
      snapshot,
    );
  } catch (error) {
    await session.close();
    caller.signal.throwIfAborted();
    throw error;
  }
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
  private readonly ended: Promise<PartFacts['contents']>;
  private finished = false;

  /** Waits for the first bytes: most reasons not to dump show before them. */
  static async begin(parts: DumpParts, snapshot: HeldSnapshot | undefined): Promise<ByteSource> {
    const dump = new DatabaseDump(parts, snapshot);
    try {
      await dump.expectArchive();
      return dump;
    } catch (error) {
      await dump.abort();
      throw error;
    }
  }

  private constructor(
    private readonly parts: DumpParts,
    snapshot: HeldSnapshot | undefined,
  ) {
    this.archive = new CheckedArchive(parts.command.stdout);
    this.stream = this.archive;
    // The check follows the archive as it passes by, and keeps nothing of it.
    this.recycle = parts.command.recycle ?? (() => undefined);
    this.ended = this.runToEnd(snapshot);
    this.ended.catch(() => undefined); // told by finish()
  }

  async finish(): Promise<PartFacts> {
    const { access, caller, surroundings } = this.parts;
    const contents = await reportingWork(access, caller.onProgress, this.ended);
    this.requireArchive(this.archive.shortcoming());
    this.finished = true;
    return {
      format: 'pg_dump custom',
      sourceVersion: `PostgreSQL ${this.parts.session.version}`,
      contents,
      consistency: 'snapshot',
      notes: [...this.parts.notes, ...this.archive.notes()],
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

  private async runToEnd(snapshot: HeldSnapshot | undefined): Promise<PartFacts['contents']> {
    const { caller, command, session } = this.parts;
    const digests = snapshot?.digest(() => undefined) ?? Promise.resolve([]);
    try {
      const [contents] = await Promise.all([digests, this.programEnded()]);
      const sequences = (await snapshot?.sequencesUntilNow()) ?? [];
      await snapshot?.release();
      return [...contents, ...sequences];
    } catch (error) {
      await command.kill();
      caller.signal.throwIfAborted();
      throw error;
    } finally {
      await session.close();
    }
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
