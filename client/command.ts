import type { Surroundings } from './surroundings';
import type { Output } from './terminal/output';

/** Options that every command takes, before or after its name. */
export interface GlobalOptions {
  readonly file?: string;
  readonly environment?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color?: boolean;
  readonly keyFile?: string;
  readonly profile?: string;
}

/** What holds for the whole command line: its global options, and where it was called. */
export type Globals = GlobalOptions & Pick<Surroundings, 'cwd' | 'env'>;

/** Options of the commands, all together: a command reads those that its entry in the command table names. */
export interface Flags {
  readonly init?: boolean;
  readonly detach?: boolean;
  readonly wait?: boolean;
  readonly timeout?: string;
  readonly data?: boolean;
  readonly readAll?: boolean;
  readonly point?: string;
  readonly part?: readonly string[];
  readonly at?: string;
  readonly into?: string;
  readonly confirm?: string;
  readonly leaveOut?: readonly string[];
  readonly follow?: boolean;
  readonly limit?: string;
  readonly all?: boolean;
  readonly message?: string;
  /** `SERVICE=REFERENCE` each. */
  readonly image?: readonly string[];
  readonly build?: boolean;
  readonly push?: boolean;
  readonly force?: boolean;
  readonly to?: string;
  readonly schema?: string;
  readonly hold?: boolean;
  readonly despiteFreeze?: string;
  readonly since?: string;
  readonly until?: string;
  readonly step?: string;
  /** `NAME=NUMBER` each. */
  readonly set?: readonly string[];
  readonly after?: string;
  readonly from?: string;
  readonly acceptAnother?: boolean;
}

export interface Invocation {
  /** The command table, for the commands that tell about commands. */
  readonly table: readonly CommandSpec[];
  readonly operands: readonly string[];
  readonly flags: Flags;
  readonly globals: Globals;
  readonly output: Output;
}

/** What a file of `commands/` exports. Resolves with the process's exit code. */
export interface CommandModule {
  run(invocation: Invocation): Promise<number>;
}

export interface OperandSpec {
  /** As commander writes it: `<run>`, `[part...]`. */
  readonly usage: string;
  readonly about: string;
  readonly choices?: readonly string[];
  /** What the shell offers on TAB; looked up only then. */
  readonly complete?: 'part' | 'service' | 'command';
}

/** Headings of `pawl --help`. */
export const GROUPS = {
  runs: 'Runs:',
  look: 'Look:',
  steer: 'Steer:',
  setUp: 'Set up:',
} as const;

export interface CommandSpec {
  readonly name: string;
  readonly about: string;
  readonly group?: string;
  readonly operands?: readonly OperandSpec[];
  /** Flags as commander writes them, and what they do. A value that may be given again is a list. */
  readonly options?: readonly (readonly [flags: string, about: string, again?: 'again'])[];
  readonly examples?: readonly (readonly [command: string, about: string])[];
  readonly subcommands?: readonly CommandSpec[];
  /** Changes something and has no plan to show: `-n` is refused. */
  readonly changes?: boolean;
  /** Everything after the name goes to another program as it is. */
  readonly passThrough?: boolean;
  readonly hidden?: boolean;
  /** Absent for a command that only groups others. */
  readonly load?: () => Promise<CommandModule>;
}
