import { GROUPS, type CommandSpec } from './command';
import { RUN } from './operands';
import { planCommands, runbookCommands } from './runbooks';
import { TIMEOUT } from './runbooks/shared-options';

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
  {
    name: 'points',
    about: 'List recovery points, newest first: what they hold, and whether it is still there',
    group: GROUPS.look,
    load: () => import('./commands/points.js'),
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
        options: [['--data', 'read every part to its end and compare it with the manifest']],
        examples: [
          ['pawl points verify', 'are all parts of the newest point there?'],
          ['pawl points verify 4f1c9a2e --data', 'and can they be read, byte for byte?'],
        ],
        load: () => import('./commands/points-verify.js'),
      },
    ],
  },
  {
    name: 'releases',
    about: 'List releases, newest first: which one serves, which is still warm',
    group: GROUPS.look,
    load: () => import('./commands/releases.js'),
    subcommands: [
      {
        name: 'diff',
        about: 'Show what differs between two releases: images, and the Compose model line by line',
        operands: [
          { usage: '<release>', about: 'number of a release' },
          { usage: '[other]', about: 'number of another; the one that serves when absent' },
        ],
        examples: [['pawl releases diff 3', 'what has changed since release 3']],
        load: () => import('./commands/releases-diff.js'),
      },
    ],
  },
  {
    name: 'runs',
    about: 'List runs, newest first',
    group: GROUPS.look,
    options: [['--limit <count>', 'at most this many (20)']],
    load: () => import('./commands/runs.js'),
  },
  {
    name: 'show',
    about: 'Show one run: steps, outcome, who requested it',
    group: GROUPS.look,
    operands: [RUN],
    load: () => import('./commands/show.js'),
  },
  {
    name: 'watch',
    about: 'Follow a run until it ends, and exit as it does',
    group: GROUPS.look,
    operands: [RUN],
    options: [TIMEOUT],
    load: () => import('./commands/watch.js'),
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
    load: () => import('./commands/logs.js'),
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
    load: () => import('./commands/exec.js'),
  },
  {
    name: 'status',
    about: 'Show the stack: what serves, what runs, who is waited for, the newest recovery points',
    group: GROUPS.look,
    options: [['--all', 'every stack that the server knows, the worst first; needs no stack file']],
    load: () => import('./commands/status.js'),
  },
  {
    name: 'kept',
    about: 'List what restores replaced and still keep, and until when',
    group: GROUPS.look,
    load: () => import('./commands/kept.js'),
  },
  {
    name: 'approvals',
    about: 'List runs that wait for approval: of what, by whom, until when',
    group: GROUPS.look,
    load: () => import('./commands/approvals.js'),
  },
  {
    name: 'approve',
    about: 'Approve the plan of a run that waits for it; shows the plan and asks first',
    group: GROUPS.steer,
    operands: [RUN],
    options: [['-m, --message <text>', 'why; goes to the audit record']],
    examples: [['pawl approve melvin/42 -m "tested on staging"', '']],
    changes: true,
    load: () => import('./commands/approve.js'),
  },
  {
    name: 'reject',
    about: 'Reject a run that waits for approval: it ends, and nothing was changed',
    group: GROUPS.steer,
    operands: [RUN],
    options: [['-m, --message <text>', 'why; goes to the audit record']],
    examples: [['pawl reject melvin/42 -m "not on a Friday"', '']],
    changes: true,
    load: () => import('./commands/reject.js'),
  },
  {
    name: 'resolve',
    about: 'Decide about a run that holds a failed step: retry it, skip it, or undo the run',
    group: GROUPS.steer,
    operands: [
      RUN,
      {
        usage: '<way>',
        about: '`retry`; `skip`, of what the run can do without; `abort`, which undoes it',
        choices: ['retry', 'skip', 'abort'],
      },
    ],
    options: [
      ['-m, --message <text>', 'why; goes to the audit record, and a skip must say it'],
      ['--step <id>', 'which step, where several are held'],
      ['--set <name=number...>', 'a corrected value for a retry, such as `timeoutSeconds=120`'],
    ],
    examples: [
      ['pawl resolve melvin/42 retry --set timeoutSeconds=300', 'it only needed longer'],
      ['pawl resolve melvin/42 skip -m "the scanner is down"', 'go on without it'],
    ],
    changes: true,
    load: () => import('./commands/resolve.js'),
  },
  {
    name: 'cancel',
    about: 'Cancel a run, or take it out of the queue; what it began is undone',
    group: GROUPS.steer,
    operands: [RUN],
    options: [
      ['--wait', 'until the run has ended'],
      TIMEOUT,
      [
        '--force',
        'ends one that cannot go on (`pawl status` says so); undoes nothing but its traffic',
      ],
    ],
    changes: true,
    load: () => import('./commands/cancel.js'),
  },
  ...runbookCommands(GROUPS.steer),
  {
    name: 'freeze',
    about: 'Admit no further runs',
    group: GROUPS.steer,
    options: [['-m, --message <text>', 'why; shown to everyone who asks']],
    examples: [['pawl freeze -m "disk is being replaced"', '']],
    changes: true,
    load: () => import('./commands/freeze.js'),
  },
  {
    name: 'unfreeze',
    about: 'Admit runs again',
    group: GROUPS.steer,
    changes: true,
    load: () => import('./commands/unfreeze.js'),
  },
  {
    name: 'config',
    about: 'Inspect the stack file',
    group: GROUPS.setUp,
    subcommands: [
      {
        name: 'show',
        about: 'Print the merged stack file, each value with its origin',
        load: () => import('./commands/config-show.js'),
      },
      {
        name: 'path',
        about: 'List the files that are read',
        load: () => import('./commands/config-path.js'),
      },
      {
        name: 'validate',
        about: 'Report every problem at once, with its position',
        load: () => import('./commands/config-validate.js'),
      },
    ],
  },
  {
    name: 'key',
    about: 'Make or rotate the key that seals everything that passes through Temporal',
    group: GROUPS.setUp,
    subcommands: [
      {
        name: 'make',
        about: 'Make the key of an installation, if there is none; `pawl server` does it by itself',
        examples: [['pawl key make --key-file pawl.key', 'for workers of a server elsewhere']],
        changes: true,
        load: () => import('./commands/key-make.js'),
      },
      {
        name: 'rotate',
        about: 'Seal with a new key from now on; what was sealed before can still be read',
        options: [
          ['--after <duration>', 'seal with it only then, so that all hosts can have it before'],
        ],
        examples: [['pawl key rotate --after 2h', 'then copy the file to the other hosts']],
        changes: true,
        load: () => import('./commands/key-rotate.js'),
      },
    ],
  },
  {
    name: 'doctor',
    about: 'Check everything pawl needs, with a fix for each problem',
    group: GROUPS.setUp,
    load: () => import('./commands/doctor.js'),
  },
  {
    name: 'version',
    about: 'Show the versions of this command, of each worker and of the Temporal server',
    group: GROUPS.setUp,
    load: () => import('./commands/version.js'),
  },
  {
    name: 'server',
    about: 'Run the embedded Temporal server, its UI and a worker, in the foreground',
    group: GROUPS.setUp,
    passThrough: true,
    changes: true,
    load: () => import('./commands/server.js'),
  },
  {
    name: 'worker',
    about: 'Run the worker of this host, in the foreground',
    group: GROUPS.setUp,
    passThrough: true,
    changes: true,
    load: () => import('./commands/worker.js'),
  },
  {
    name: 'completion',
    about: 'Print the completion script of a shell',
    group: GROUPS.setUp,
    operands: [
      { usage: '<shell>', about: 'the shell', choices: ['bash', 'zsh', 'fish', 'powershell'] },
    ],
    examples: [['source <(pawl completion bash)', 'in ~/.bashrc']],
    load: () => import('./commands/completion.js'),
  },
  {
    name: 'help',
    about: 'Help for a command, or: exit-codes, environment, output, pages',
    group: GROUPS.setUp,
    operands: [{ usage: '[topic...]', about: 'a command or topic', complete: 'command' }],
    load: () => import('./commands/help.js'),
  },
  {
    name: 'complete',
    about: 'Answer a completion script',
    hidden: true,
    passThrough: true,
    load: () => import('./commands/complete.js'),
  },
];
