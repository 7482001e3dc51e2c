import { SCHEDULABLE } from '../../workflows/catalogue';
import { GROUPS, type CommandSpec, type OperandSpec } from '../command';

const ONE = {
  usage: '<runbook>',
  about: 'an entry of `schedule`',
  choices: SCHEDULABLE,
} as const satisfies OperandSpec;

const ANY = {
  ...ONE,
  usage: '[runbook]',
  about: 'an entry of `schedule`; all when absent',
} as const;

/** They decide about what starts by itself. */
export const SCHEDULE_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'schedule',
    about: 'Runbooks that start by themselves: apply the stack file, look, pause, start',
    group: GROUPS.steer,
    subcommands: [
      {
        name: 'apply',
        about: 'Make the schedules what the stack file says; pauses stay as they are',
        examples: [['pawl schedule apply', 'the first time, and after a change of the stack file']],
        changes: true,
        load: () => import('../commands/schedule-apply.js'),
      },
      {
        name: 'list',
        about: 'List the schedules: the next start, the last one and how it ended',
        load: () => import('../commands/schedule-list.js'),
      },
      {
        name: 'next',
        about: 'Print the next three starts, in local time and in UTC',
        operands: [ANY],
        examples: [['pawl schedule next backup', 'also across a change of the clocks']],
        load: () => import('../commands/schedule-next.js'),
      },
      {
        name: 'pause',
        about: 'Start a runbook no longer by itself, until `resume`',
        operands: [ONE],
        options: [['-m, --message <text>', 'why; shown to everyone who asks']],
        examples: [['pawl schedule pause backup -m "the disk is being replaced"', '']],
        changes: true,
        load: () => import('../commands/schedule-pause.js'),
      },
      {
        name: 'resume',
        about: 'Let a runbook start by itself again',
        operands: [ONE],
        changes: true,
        load: () => import('../commands/schedule-resume.js'),
      },
      {
        name: 'trigger',
        about: 'Start a runbook now, just as its schedule does',
        operands: [ONE],
        examples: [['pawl schedule trigger backup', 'try out whether the night will work']],
        changes: true,
        load: () => import('../commands/schedule-trigger.js'),
      },
      {
        name: 'backfill',
        about: 'Make up for starts that were due between two times, unless one has been made since',
        operands: [ONE],
        options: [
          ['--since <time>', 'from when on, such as "2026-11-21 03:00" (local)'],
          ['--until <time>', 'until when; now when absent'],
        ],
        examples: [['pawl schedule backfill backup --since "2026-11-21 03:00"', '']],
        changes: true,
        load: () => import('../commands/schedule-backfill.js'),
      },
    ],
  },
];
