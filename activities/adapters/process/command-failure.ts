import type { FailureEvidence } from '../../../workflows/model/failure-type';
import { AdapterError } from '../../ports/adapter-error';
import type { CommandExit } from '../../ports/command-runner';
import { redactor } from './redact';

export interface EndedCommand {
  /** Where it ran: `host`, `container melvin-postgres-1`. */
  readonly location: string;
  readonly argv: readonly string[];
  readonly exit: CommandExit;
  readonly secrets?: readonly string[];
}

/** What is kept of an ended command: nothing secret, and not too much. */
export function commandEvidence({ argv, exit, secrets = [] }: EndedCommand): FailureEvidence {
  const redact = redactor(secrets);
  return {
    argv: argv.map(redact),
    exitCode: exit.code,
    signal: exit.signal,
    stderrTail: redact(exit.stderrTail),
    elapsedSeconds: exit.elapsedSeconds,
  };
}

/** `pg_dump on host ended with exit code 1 after 0.8 s: connection to server lost` */
export function describeExit(command: EndedCommand): string {
  const { argv, location: place, exit } = command;
  const program = argv[0]?.split('/').at(-1) ?? 'nothing';
  const lastLine =
    redactor(command.secrets ?? [])(exit.stderrTail)
      .trimEnd()
      .split('\n')
      .at(-1) ?? '';
  const end = exit.signal === null ? `exit code ${String(exit.code)}` : `signal ${exit.signal}`;
  const ended = `${program} on ${place} ended with ${end}${afterSeconds(exit)}`;
  return lastLine === '' ? ended : `${ended}: ${lastLine}`;
}

/** ` after 0.8 s`; nothing where that says nothing. */
export function afterSeconds({ elapsedSeconds }: Pick<CommandExit, 'elapsedSeconds'>): string {
  return elapsedSeconds < 0.1 ? '' : ` after ${elapsedSeconds.toFixed(1)} s`;
}

/** The failure of a command whose exit is not further understood. */
export function commandFailed(command: EndedCommand): AdapterError {
  return new AdapterError('CommandFailed', describeExit(command), commandEvidence(command));
}
