import { GROUPS, type CommandSpec } from '../command';
import { RUN } from '../operands';
import { TIMEOUT } from '../runbooks/shared-options';

const FROM = ['--from <copy>', 'of this copy instead of the repository'] as const;

/** They show what is there; none changes a stack but `exec`, whose command may. */
export const LOOK_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'points',
    about: 'List recovery points, newest first: what they hold, and whether it is still there',
    group: GROUPS.look,
    options: [FROM],
    examples: [['pawl points --from offsite', 'those that a copy holds']],
    load: () => import('../commands/points.js'),
    subcommands: [
      {
        name: 'verify',
        about: 'Check each part of a recovery point: whether it is there, and is what was saved',
        operands: [
          {
            usage: '[point]',
            about: 'id of a point, or a run; the newest of everything when absent',
          },
        ],
        options: [['--data', 'read every part to its end and compare it with the manifest'], FROM],
        examples: [
          ['pawl points verify', 'are all parts of the newest point there?'],
          ['pawl points verify 4f1c9a2e --data', 'and can they be read, byte for byte?'],
          ['pawl points verify --data --from offsite', 'and out of a copy?'],
        ],
        load: () => import('../commands/points-verify.js'),
      },
      {
        name: 'ls',
        about: 'List the parts of a recovery point, or the files in one part',
        operands: [
          { usage: '[point]', about: 'id of a point, or `newest`, which it is when absent' },
          { usage: '[part]', about: 'name of a part that is a folder' },
          { usage: '[path]', about: 'a folder in it, or a file; relative to it' },
        ],
        examples: [
          ['pawl points ls 4f1c9a2e', 'its parts'],
          ['pawl points ls newest uploads 2026/08', 'what a folder had in it'],
        ],
        load: () => import('../commands/points-ls.js'),
      },
    ],
  },
  {
    name: 'readiness',
    about: 'Say whether the stack could be brought back, how fast, and what would be lost',
    group: GROUPS.look,
    examples: [['pawl readiness --json', 'for monitoring: exits 8 when the stack is not ready']],
    load: () => import('../commands/readiness.js'),
  },
  {
    name: 'releases',
    about: 'List releases, newest first: which one serves, which is still warm',
    group: GROUPS.look,
    load: () => import('../commands/releases.js'),
    subcommands: [
      {
        name: 'diff',
        about: 'Show what differs between two releases: images, and the Compose model line by line',
        operands: [
          { usage: '<release>', about: 'number of a release' },
          { usage: '[other]', about: 'number of another; the one that serves when absent' },
        ],
        examples: [['pawl releases diff 3', 'what has changed since release 3']],
        load: () => import('../commands/releases-diff.js'),
      },
    ],
  },
  {
    name: 'runs',
    about: 'List runs, newest first',
    group: GROUPS.look,
    options: [['--limit <count>', 'at most this many (20)']],
    load: () => import('../commands/runs.js'),
  },
  {
    name: 'show',
    about: 'Show one run: steps, outcome, who requested it',
    group: GROUPS.look,
    operands: [RUN],
    load: () => import('../commands/show.js'),
  },
  {
    name: 'watch',
    about: 'Follow a run until it ends, and exit as it does',
    group: GROUPS.look,
    operands: [RUN],
    options: [TIMEOUT],
    load: () => import('../commands/watch.js'),
  },
  {
    name: 'logs',
    about: 'Print what happened in a run and what its containers wrote, or what a service writes',
    group: GROUPS.look,
    operands: [
      {
        usage: '<run-or-service>',
        about: 'a run, such as 42 or melvin/42; or a service, such as api: what serves of it',
        complete: 'service',
      },
    ],
    options: [
      ['-f, --follow', 'go on until the run ends; of a service, until Ctrl-C'],
      ['--step <id>', 'of a run: one step alone, such as migrate'],
    ],
    examples: [
      ['pawl logs 42 --step migrate', 'what the migration wrote'],
      ['pawl logs api -f', 'what the slot writes that serves, also after a release'],
    ],
    load: () => import('../commands/logs.js'),
  },
  {
    name: 'exec',
    about: 'Run a command in a container that serves, on the host itself',
    group: GROUPS.look,
    operands: [
      { usage: '<service>', about: 'a service of the Compose file', complete: 'service' },
      { usage: '<command...>', about: 'the command and its arguments, after --' },
    ],
    examples: [['pawl exec api -- sh', 'a shell beside the application']],
    changes: true,
    load: () => import('../commands/exec.js'),
  },
  {
    name: 'status',
    about: 'Show the stack: what serves, what runs, who is waited for, the newest recovery points',
    group: GROUPS.look,
    options: [['--all', 'every stack that the server knows, the worst first; needs no stack file']],
    load: () => import('../commands/status.js'),
  },
  {
    name: 'kept',
    about: 'List what restores replaced and still keep, and until when',
    group: GROUPS.look,
    load: () => import('../commands/kept.js'),
  },
  {
    name: 'approvals',
    about: 'List runs that wait for approval: of what, by whom, until when',
    group: GROUPS.look,
    load: () => import('../commands/approvals.js'),
  },
];
