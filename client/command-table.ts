import { GROUPS, type CommandSpec } from './command';
import { LOOK_COMMANDS } from './command-table/look-commands';
import { SCHEDULE_COMMANDS } from './command-table/schedule-commands';
import { SET_UP_COMMANDS } from './command-table/set-up-commands';
import { STEER_COMMANDS } from './command-table/steer-commands';
import { planCommands, runbookCommands } from './runbooks';

/*
 * The whole command line as data: `pawl --help` and completion read only this. A command's own file is imported when it
 * runs, and it alone decides whether Temporal's client is loaded.
 */

export const COMMANDS: readonly CommandSpec[] = [
  ...runbookCommands(GROUPS.runs),
  {
    name: 'plan',
    about: 'Show what a run would do; touches nothing',
    group: GROUPS.runs,
    subcommands: planCommands(),
  },
  ...LOOK_COMMANDS,
  ...STEER_COMMANDS,
  ...SCHEDULE_COMMANDS,
  ...SET_UP_COMMANDS,
];
