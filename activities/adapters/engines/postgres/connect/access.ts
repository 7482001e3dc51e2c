import type { OnProgress } from '../../../../ports/attempt';
import type {
  CommandOptions,
  CommandRunner,
  RunningCommand,
} from '../../../../ports/command-runner';
import type { Containers } from '../../../../ports/containers';
import type { FindClientProgram } from './find-client-program';
import type { Session } from './session';

export type ClientProgram = 'pg_dump' | 'pg_dumpall' | 'pg_restore';

/** What one attempt reaches a server through: by address, or in its container. All it opens ends with the signal. */
export interface Access {
  /** For messages: `PostgreSQL at 127.0.0.1:8004`. */
  readonly place: string;
  /** Of all sessions that are opened here. */
  readonly applicationName: string;
  /** Throws: CredentialsRejected · PreconditionFailed (no such database) · ServiceUnavailable */
  connect(database: string): Promise<Session>;
  /** Starts a program that connects by the string it is given. Its version fits a server of `major`. */
  start(
    program: ClientProgram,
    major: number,
    database: string,
    argumentsFor: (connection: string) => readonly string[],
    options?: Pick<CommandOptions, 'stdin' | 'onStderrLine'>,
  ): Promise<RunningCommand>;
}

export interface PostgresDependencies {
  readonly hostRunner: CommandRunner;
  readonly containers: Containers;
  readonly findClientProgram: FindClientProgram;
}

/** Who asks: the name of all sessions and the signal that ends them. */
export interface Caller {
  readonly applicationName: string;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** See `Attempt`. */
  readonly answerSeconds?: number;
}

/** How programs connect, whatever the way. */
export function connectionParameters(database: string, caller: Caller, timeoutSeconds: number) {
  return {
    dbname: database,
    application_name: caller.applicationName,
    connect_timeout: String(timeoutSeconds),
  };
}

/**
 * Messages in English, or they cannot be told apart. No client encoding: pg_dump then writes in the database's own, and no
 * byte is converted (in SQL_ASCII, none can be).
 */
export const PROGRAM_ENVIRONMENT = { LC_ALL: 'C.UTF-8', LC_MESSAGES: 'C' };

export interface Login {
  readonly user?: string;
  readonly password?: string;
}
