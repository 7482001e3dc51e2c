import { PassThrough } from 'node:stream';
import { AdapterError } from '../../../../ports/adapter-error';
import type { ByteSink, Taken } from '../../../../ports/byte-stream';
import { strictRestoreArguments } from '../commands';
import { readHead, type ArchiveHead } from './archive-head';
import { ArchiveRestore, type ArchiveOptions } from './restore-archive';
import type { Failures } from './restore-errors';
import type { Place, SectionRun } from './run-section';
import { SectionRuns } from './section-runs';

/** Where one restore stands that takes an archive once or several times. */
interface Restoring {
  readonly runs: SectionRuns;
  readonly options: ArchiveOptions;
  /** Called when all is in. */
  readonly onRestored: () => Promise<void>;
  /** Known once its head was read. */
  restore: ArchiveRestore | undefined;
}

/** Takes an archive in, section by section. Nothing of it is kept but its head, which has no rows. */
export function archiveSink(
  place: Place,
  options: ArchiveOptions,
  onRestored: () => Promise<void>,
): ByteSink {
  return new ArchiveSink(
    { runs: new SectionRuns(place), options, onRestored, restore: undefined },
    undefined,
  );
}

class ArchiveSink implements ByteSink {
  private readonly input = new PassThrough();
  private readonly read: Promise<void>;
  private run: SectionRun | undefined;
  private result: Taken = { leftOut: [], unproved: [] };
  /** Its programs have ended well; those of a sink that takes the dump once more are that one's to end. */
  private isFinished = false;

  constructor(
    private readonly restoring: Restoring,
    /** Ids of the rows that are wanted; all when undefined. */
    private readonly rows: ReadonlySet<number> | undefined,
  ) {
    this.read = this.takeIn();
    this.read.catch((error: unknown) => {
      this.input.destroy(error instanceof Error ? error : undefined);
    });
  }

  get stream() {
    return this.input;
  }

  async finish(): Promise<void> {
    await this.takeAll();
    this.isFinished = true;
  }

  taken(): Taken {
    return this.result;
  }

  async abort(): Promise<void> {
    if (this.isFinished) return;
    this.input.destroy();
    await this.restoring.runs.kill();
    await this.read.catch(() => undefined); // whatever it met: it was given up
  }

  private async takeAll(): Promise<void> {
    await this.read;
    const { restore, onRestored } = this.restoring;
    if (restore === undefined) {
      await this.run?.requireEnd();
      await onRestored();
      return;
    }
    const failed: Failures = (await this.run?.finish()) ?? new Map();
    const again = restore.noteRows(this.rows, failed);
    if (again.size > 0) {
      this.result = { leftOut: [], unproved: [], again: new ArchiveSink(this.restoring, again) };
      return;
    }
    this.result = await restore.finish();
    await onRestored();
  }

  private async takeIn(): Promise<void> {
    const chunks = this.input[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const { bytes, head } = await readHead(chunks);
    if (head === undefined) {
      await this.takeWhole(bytes, chunks);
      return;
    }
    const restore = await this.beginning(head);
    const wanted = restore.headOfRows(this.rows);
    if (wanted === undefined) {
      await forEach(chunks, () => Promise.resolve());
      return;
    }
    this.run = await this.restoring.runs.start();
    await this.run.write(wanted);
    await this.pass(bytes.subarray(head.bytes.length), chunks);
    await this.run.write(restore.end.data);
  }

  private async beginning(head: ArchiveHead): Promise<ArchiveRestore> {
    const { runs, options, restore } = this.restoring;
    if (restore !== undefined) return restore;
    const begun = new ArchiveRestore(runs, head, options);
    this.restoring.restore = begun;
    await begun.restoreStructure();
    return begun;
  }

  /** An archive of a version that is not known here: pg_restore may know it, all at once or not at all. */
  private async takeWhole(bytes: Buffer, chunks: AsyncIterator<Buffer>): Promise<void> {
    const { runs, options } = this.restoring;
    if (options.leaveOut.length > 0 || options.searchPath !== undefined) {
      throw notUnderstood(runs.place);
    }
    this.run = await runs.start(strictRestoreArguments);
    await this.pass(bytes, chunks);
  }

  private async pass(first: Buffer, chunks: AsyncIterator<Buffer>): Promise<void> {
    const run = this.run;
    await run?.write(first);
    await forEach(chunks, async (chunk) => {
      await run?.write(chunk);
      if (run?.isOver === true) await run.requireEnd();
    });
  }
}

async function forEach(
  chunks: AsyncIterator<Buffer>,
  work: (chunk: Buffer) => Promise<void>,
): Promise<void> {
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    await work(next.value);
  }
}

function notUnderstood({ access }: Place): AdapterError {
  return new AdapterError(
    'PreconditionFailed',
    `The archive for ${access.place} is of a version that this pawl does not know: nothing can be left out of it, and no search path be given`,
    { advice: 'Upgrade pawl, or restore without --leave-out and restore.searchPath.' },
  );
}
