import { AdapterError } from '../../../ports/adapter-error';
import type { Attempt } from '../../../ports/attempt';
import type { CommandExit, CommandRunner } from '../../../ports/command-runner';
import { commandFailed } from '../../process/command-failure';
import { readOutput } from '../../process/run-to-end';

/** How long SQLite waits for a lock that another process holds, before it says so. */
const LOCK_SECONDS = 30;

const PROGRAM = 'sqlite3';

/** What SQLite's own numbers of failures mean here; others are CommandFailed. Source: sqlite.org/rescode.html */
const KINDS: Readonly<Record<number, AdapterError['kind']>> = {
  3: 'CredentialsRejected',
  5: 'ResourceBusy',
  6: 'ResourceBusy',
  8: 'CredentialsRejected',
  11: 'VerificationFailed',
  26: 'PreconditionFailed',
};

const ADVICE: Readonly<Record<number, string>> = {
  3: 'Run the worker as root, or as the owner of the database.',
  5: `Something has locked the database for more than ${LOCK_SECONDS} s.`,
  6: `Something has locked the database for more than ${LOCK_SECONDS} s.`,
  8: 'Run the worker as root, or as the owner of the database and its folder.',
  13: 'Free some space where the copy is made.',
  26: 'It is no SQLite database, or an encrypted one, which needs its own program.',
};

/** One database, as a program of the host opens it. */
export interface OpenedDatabase {
  /** Absolute; or the name of a file in `folder`. Symbolic links in it are refused. */
  readonly file: string;
  /** Where the program runs. */
  readonly folder: string;
  /** For messages. */
  readonly name: string;
}

/**
 * SQLite in a process of its own: a copy does not hold the worker up, and closing a file in the worker could not free locks of
 * another (POSIX locks belong to a process).
 */
export class SqliteProgram {
  constructor(private readonly runner: CommandRunner) {}

  /**
   * Such as `SQLite 3.40.1`.
   * Throws: PreconditionFailed (no such program, or one that lacks what is needed)
   */
  async version(attempt: Attempt): Promise<string> {
    const memory = { file: ':memory:', folder: '/', name: 'a database in memory' };
    const input = `SELECT json_quote(sqlite_version()); SELECT json_quote(hex(sha3('x')));`;
    try {
      const [version] = await this.ask(memory, input, attempt);
      return `SQLite ${String(version)}`;
    } catch (error) {
      if (!(error instanceof AdapterError) || error.kind !== 'CommandFailed') throw error;
      throw tooOld(error);
    }
  }

  /** Runs SQL of which each statement that answers must answer JSON, one text a row. Throws: as `run` */
  async ask(database: OpenedDatabase, input: string, attempt: Attempt): Promise<unknown[]> {
    const lines = (await this.run(database, input, attempt)).split('\n').slice(0, -1);
    return lines.map((line): unknown => JSON.parse(line));
  }

  /**
   * Runs SQL and the program's own commands. Returns what it printed.
   * Throws: ResourceBusy (locked) · VerificationFailed (damaged) · PreconditionFailed (no database) · CredentialsRejected
   */
  async run(database: OpenedDatabase, input: string, attempt: Attempt): Promise<string> {
    const command = await this.runner.spawn(sqliteArgv(database.file), {
      cwd: database.folder,
      signal: attempt.signal,
      stdin: 'pipe',
    });
    // A program that ends before it has read all says why by its exit.
    command.stdin?.on('error', () => undefined);
    command.stdin?.end(`${input}\n`);
    const output = await readOutput(command);
    const exit = await command.exit;
    attempt.signal.throwIfAborted();
    if (exit.code === 0) return output;
    throw this.failure(database, command.argv, exit);
  }

  private failure(
    { name }: OpenedDatabase,
    argv: readonly string[],
    exit: CommandExit,
  ): AdapterError {
    const failed = commandFailed({ location: this.runner.location, argv, exit });
    const code = Number(/\((\d+)\)\s*$/.exec(exit.stderrTail)?.[1] ?? exit.code);
    const kind = KINDS[code];
    if (kind === undefined) return failed;
    const reason = exit.stderrTail.trim().split('\n').at(-1) ?? '';
    const advice = ADVICE[code];
    const evidence = advice === undefined ? failed.evidence : { ...failed.evidence, advice };
    return new AdapterError(kind, `SQLite could not read ${name}: ${reason}`, evidence);
  }
}

/** As it is written in a string of SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** As it is written as a name in SQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Nothing of a person's own settings; the SQL comes by standard input. */
function sqliteArgv(file: string): string[] {
  const settings = ['-batch', '-bail', '-init', '/dev/null', '-list', '-noheader'];
  return [PROGRAM, ...settings, '-nofollow', '-cmd', `.timeout ${LOCK_SECONDS * 1000}`, file];
}

function tooOld(cause: AdapterError): AdapterError {
  return new AdapterError(
    'PreconditionFailed',
    `The program ${PROGRAM} on host lacks JSON or sha3(), with which contents are counted and digested: ${cause.message}`,
    { advice: "Install SQLite's own command line program, 3.38 or later." },
    { cause },
  );
}
