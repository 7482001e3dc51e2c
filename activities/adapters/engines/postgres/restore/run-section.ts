import { AdapterError } from '../../../../ports/adapter-error';
import type { OnProgress } from '../../../../ports/attempt';
import type { CommandExit, RunningCommand } from '../../../../ports/command-runner';
import type { Access } from '../connect/access';
import { reportingWork } from '../connect/report-work';
import { restoreArguments } from '../commands';
import { kindOfText } from '../failure-kind';
import { explainExit } from '../program-failure';
import { RestoreErrors, type Failures } from './restore-errors';

/** The database that is filled, and how it is reached. */
export interface Place {
  readonly access: Access;
  readonly database: string;
  readonly major: number;
  readonly onProgress: OnProgress;
}

/** Trouble of the server, not of the object that met it: all is tried again. */
const PASSING = new Set(['ServiceUnavailable', 'ResourceBusy']);
const FULL =
  /no space left on device|out of memory|could not (?:extend|write)|max_locks_per_transaction/i;

const NO_FAILURES: Failures = new Map();

/** A pg_restore that goes on after errors, and says at its end what has failed. */
export class SectionRun {
  private hasEnded = false;
  /** Ends the wait for room. Not a race with the exit: each would leave something behind, and there are millions. */
  private wake: () => void = () => undefined;

  static async start(place: Place, argumentsFor = restoreArguments): Promise<SectionRun> {
    const errors = new RestoreErrors();
    const { access, major, database } = place;
    const command = await access.start('pg_restore', major, database, argumentsFor, {
      stdin: 'pipe',
      onStderrLine: (line) => {
        errors.add(line);
      },
    });
    return new SectionRun(place, command, errors);
  }

  private constructor(
    private readonly place: Place,
    private readonly command: RunningCommand,
    private readonly errors: RestoreErrors,
  ) {
    const over = (): void => {
      this.hasEnded = true;
      this.wake();
    };
    command.exit.then(over, over);
    command.stdin?.on('error', () => undefined); // a pg_restore that is gone is seen at its exit
  }

  /** Waits until there is room for more. Does nothing when the program has ended: `finish` says why. */
  async write(bytes: Buffer): Promise<void> {
    const { stdin } = this.command;
    if (stdin === null) throw new AdapterError('InternalError', 'pg_restore has no stdin');
    if (this.hasEnded || stdin.write(bytes)) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      stdin.once('drain', resolve);
    });
  }

  /** It has ended, and more bytes are of no use. */
  get isOver(): boolean {
    return this.hasEnded;
  }

  /** Throws: as `finish`, and when anything at all has failed */
  async requireEnd(): Promise<void> {
    const { access, onProgress } = this.place;
    this.command.stdin?.end();
    const exit = await reportingWork(access, onProgress, this.command.exit);
    if (exit.code !== 0) throw await this.explain(exit);
  }

  /**
   * Shape:  → what has failed, by id of the archive's entry
   * Throws: CommandFailed and others (it did not come to its end) · ServiceUnavailable · ResourceBusy (a lock)
   */
  async finish(): Promise<Failures> {
    const { access, onProgress } = this.place;
    this.command.stdin?.end();
    const exit = await reportingWork(access, onProgress, this.command.exit);
    if (exit.code === 0) return NO_FAILURES;
    const { failures } = this.errors;
    if (exit.code !== 1 || failures === undefined) {
      throw await this.explain(exit);
    }
    this.refusePassing(failures, exit);
    return failures;
  }

  async kill(): Promise<void> {
    await this.command.kill();
  }

  private explain(exit: CommandExit): Promise<unknown> {
    const { access, database } = this.place;
    const { tail } = this.errors;
    return explainExit(this.command, { ...exit, stderrTail: tail }, access, database);
  }

  private refusePassing(failures: Failures, exit: CommandExit): void {
    for (const message of failures.values()) {
      const kind = kindOfText(message);
      if (!PASSING.has(kind) && !FULL.test(message)) continue;
      const text = `pg_restore at ${this.place.access.place} could not go on: ${message}`;
      const evidence = {
        ...{ argv: this.command.argv, exitCode: exit.code, elapsedSeconds: exit.elapsedSeconds },
        stderrTail: this.errors.tail,
      };
      throw new AdapterError(kind, text, evidence);
    }
  }
}
