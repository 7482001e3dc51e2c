import type { RunbookName } from '../../workflows/catalogue';
import type { CommandModule, CommandSpec } from '../command';
import { backup } from './backup';
import type { ClientRunbook } from './client-runbook';
import { deploy } from './deploy';
import { drill } from './drill';
import { forget } from './forget';
import { maintenance } from './maintenance';
import { restore } from './restore';
import { retain } from './retain';
import { rollback } from './rollback';

/** Of each runbook what the command line has of it, in the order of `pawl --help`. */
const RUNBOOKS: Readonly<Record<RunbookName, ClientRunbook>> = {
  backup,
  restore,
  drill,
  retain,
  deploy,
  rollback,
  forget,
  maintenance,
};

/** `pawl backup`, …: those that `pawl --help` has under this heading. */
export function runbookCommands(group: string): readonly CommandSpec[] {
  return Object.values(RUNBOOKS).flatMap(({ command }) =>
    command.group === group ? [command] : [],
  );
}

/** `pawl plan backup`, … */
export function planCommands(): readonly CommandSpec[] {
  return Object.values(RUNBOOKS).flatMap(({ command, choices }) =>
    choices === undefined ? [] : [planCommand(command, choices)],
  );
}

function planCommand(
  { name, operands, load }: CommandSpec,
  choices: NonNullable<CommandSpec['options']>,
): CommandSpec {
  return {
    name,
    about: `What \`pawl ${name}\` would do`,
    ...(operands === undefined ? {} : { operands }),
    options: choices,
    ...(load === undefined ? {} : { load: () => load().then(asPlan) }),
  };
}

function asPlan(command: CommandModule): CommandModule {
  return {
    run: (invocation) =>
      command.run({ ...invocation, globals: { ...invocation.globals, dryRun: true } }),
  };
}
