import type { Readable, Writable } from 'node:stream';

export interface CommandOptions {
  /** Added to a minimal environment (PATH, HOME, LANG=C.UTF-8, TZ=UTC); the worker's own is not handed down. */
  readonly env?: Readonly<Record<string, string>>;
  /** Values that must never show in evidence: redacted plain, base64 and URL-encoded. */
  readonly secrets?: readonly string[];
  readonly cwd?: string;
  readonly stdin?: 'pipe' | 'ignore';
  readonly signal?: AbortSignal;
  /** Sees each line of standard error as it is written, secrets redacted. */
  readonly onStderrLine?: (line: string) => void;
  /** Host only: gigabytes of output will come, which is taken over at less cost. See `RunningCommand.recycle`. */
  readonly bulkOutput?: boolean;
  /** Container only: the user to run as. */
  readonly user?: string;
}

export interface CommandExit {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderrTail: string;
  readonly elapsedSeconds: number;
}

/** A running program, on the host or in a container. It dies with the worker as far as the platform allows. */
export interface RunningCommand {
  readonly argv: readonly string[];
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  /** Takes chunks of bulk output back, whole, when nobody needs their bytes any more: they are written over. */
  readonly recycle?: (chunk: Buffer) => void;
  /** Resolves with any exit, rejects only when the program could not be run or its exit cannot be known. */
  readonly exit: Promise<CommandExit>;
  /** SIGTERM, then SIGKILL after a grace. Idempotent; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Runs programs in one place: on the host, or in one container. */
export interface CommandRunner {
  /** For messages: `host`, or `container melvin-postgres-1`. */
  readonly location: string;
  spawn(argv: readonly string[], options?: CommandOptions): Promise<RunningCommand>;
  /**
   * Runs to the end and returns its output (bounded to 64 MiB).
   * Throws: CommandFailed with evidence on a non-zero exit not listed in `accept`.
   */
  run(
    argv: readonly string[],
    options?: CommandOptions & { readonly input?: string; readonly accept?: readonly number[] },
  ): Promise<{ readonly stdout: string; readonly exit: CommandExit }>;
}
