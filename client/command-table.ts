import type { CommandSpec } from './command';

/*
 * The whole command line as data: `pawl --help` and completion read only this. A command's own file is imported when it
 * runs, and it alone decides whether Temporal's client is loaded.
 */

const RUNS = 'Runs:';
const LOOK = 'Look:';
const STEER = 'Steer:';
const SET_UP = 'Set up:';

const RUN = { usage: '<run>', about: 'a run: `melvin/42`, or `42` beside a stack file' } as const;
const PARTS = {
  usage: '[part...]',
  about: 'entries of `protect` (or `entry/database`); all when none is named',
  complete: 'part',
} as const;

const SERVICES = {
  usage: '[service...]',
  about: 'services of `deploy` that have a switch; all of them when none is named',
  complete: 'service',
} as const;

const WAITING = [
  ['--detach', 'return as soon as the run is taken'],
  ['--no-wait', 'do not queue: exit 4 when another run is ahead'],
  ['--timeout <duration>', 'stop following after this long (`90s`, `30m`, `2h`); the run goes on'],
] as const;
/** What becomes of a run that fails is no matter of its plan. */
const STARTING = [
  ['--hold', 'hold a step that failed permanently, for `pawl resolve`, instead of undoing the run'],
  [
    '--despite-freeze <why>',
    "start in spite of the stack file's `freeze`; goes to the audit record",
  ],
  ['--no-hold', 'undo the run when a step has failed, whatever the stack file says'],
  ...WAITING,
] as const;
const BACKUP_CHOICE = [['--init', 'create the repository when there is none']] as const;
const LEAVE_OUT = [
  '--leave-out <name>',
  'restore without this object of a PostgreSQL database, such as `public.totals`; again for each',
  'again',
] as const;
const RESTORE_CHOICE = [
  [
    '--point <id>',
    'this recovery point (see `pawl points`); by default the newest that has what is wanted',
  ],
  ['--at <time>', 'the newest recovery point not after this time, such as "2026-11-21 03:00"'],
  ['--into <name>', 'into another database or folder; one part; replacing one needs --confirm'],
  LEAVE_OUT,
] as const;

const DEPLOY_CHOICE = [
  [
    '--image <service=reference...>',
    "this image in place of the Compose file's; again for each service",
  ],
  ['--build', 'build here, before anything is touched, what the Compose file has a `build` for'],
  ['--push', 'with --build: push what was built, and release it from its registry'],
  ['--force', 'make a release even when it changes nothing'],
] as const;
const ROLLBACK_CHOICE = [
  ['--to <release>', 'this release (see `pawl releases`); by default the one that was replaced'],
  [
    '--schema <way>',
    'where the schema has moved on: `keep` leaves it, `down` takes it back by `migrations.down`, `restore` brings all data back as it was before',
  ],
  LEAVE_OUT,
] as const;

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'backup',
    about: 'Save a recovery point of the stack',
    group: RUNS,
    operands: [PARTS],
    options: [...BACKUP_CHOICE, ...STARTING],
    examples: [
      ['pawl backup --init', 'the first one: creates the repository'],
      ['pawl backup accounts uploads', 'these parts only'],
      ['pawl backup -n', 'show the plan, touch nothing'],
    ],
    load: () => import('./runbooks/backup/command.js'),
  },
  {
    name: 'restore',
    about: 'Bring back a recovery point, proved before it is put in place',
    group: RUNS,
    operands: [PARTS],
    options: [
      ...RESTORE_CHOICE,
      [
        '--confirm <stack>',
        "the stack's name, where nobody can be asked; whatever is replaced needs it",
      ],
      ...STARTING,
    ],
    examples: [
      ['pawl restore', 'all of the newest recovery point; asks first'],
      ['pawl restore accounts --at "2026-11-21 03:00"', 'one part, as it was then'],
      ['pawl restore accounts --into accounts_copy -y', 'beside the working one'],
      ['pawl restore accounts --leave-out public.totals', 'without what cannot be restored'],
      ['pawl restore confirm melvin/42', 'drop what that restore replaced'],
    ],
    load: () => import('./runbooks/restore/command.js'),
    subcommands: [
      {
        name: 'confirm',
        about: 'Drop what a restore replaced and kept',
        operands: [RUN],
        changes: true,
        load: () => import('./runbooks/restore/confirm-command.js'),
      },
    ],
  },
  {
    name: 'deploy',
    about: 'Release the services of `deploy`, with a way back until it is proved',
    group: RUNS,
    options: [...DEPLOY_CHOICE, ...STARTING],
    examples: [
      ['pawl deploy', 'what the Compose file says now; asks first'],
      ['pawl deploy --image api=registry/api:v2 -y', 'this image; asks nothing'],
      ['pawl deploy --build', 'build it here first'],
      ['pawl deploy --build --push -y', 'and push it: other hosts can have it'],
      ['pawl deploy -n', 'show the plan, touch nothing'],
    ],
    load: () => import('./runbooks/deploy/command.js'),
  },
  {
    name: 'rollback',
    about: 'Go back to an earlier release; seconds while its slots are warm',
    group: RUNS,
    options: [
      ...ROLLBACK_CHOICE,
      [
        '--confirm <stack>',
        "with `--schema restore`: the stack's name, where nobody can be asked for it",
      ],
      ...STARTING,
    ],
    examples: [
      ['pawl rollback', 'to the release that the current one replaced; asks first'],
      ['pawl rollback --to 3 --schema down', 'to release 3, with the schema it was made for'],
      [
        'pawl rollback --schema restore',
        "with all data as it was before; asks for the stack's name",
      ],
    ],
    load: () => import('./runbooks/rollback/command.js'),
  },
  {
    name: 'forget',
    about: 'Give the services of `deploy` back to plain Compose, as they serve now',
    group: RUNS,
    options: STARTING,
    examples: [
      ['pawl forget', 'switches and slots go, the Compose file counts again; asks first'],
      ['pawl forget -n', 'show the plan, touch nothing'],
    ],
    load: () => import('./runbooks/forget/command.js'),
  },
  {
    name: 'plan',
    about: 'Show what a run would do; touches nothing',
    group: RUNS,
    subcommands: [
      {
        name: 'backup',
        about: 'What `pawl backup` would do',
        operands: [PARTS],
        options: BACKUP_CHOICE,
        load: () => import('./runbooks/backup/plan-command.js'),
      },
      {
        name: 'restore',
        about: 'What `pawl restore` would do',
        operands: [PARTS],
        options: RESTORE_CHOICE,
        load: () => import('./runbooks/restore/plan-command.js'),
      },
      {
        name: 'deploy',
        about: 'What `pawl deploy` would do',
        options: DEPLOY_CHOICE,
        load: () => import('./runbooks/deploy/plan-command.js'),
      },
      {
        name: 'rollback',
        about: 'What `pawl rollback` would do',
        options: ROLLBACK_CHOICE,
        load: () => import('./runbooks/rollback/plan-command.js'),
      },
      {
        name: 'forget',
        about: 'What `pawl forget` would do',
        load: () => import('./runbooks/forget/plan-command.js'),
      },
    ],
  },
  {
    name: 'points',
    about: 'List recovery points, newest first: what they hold, and whether it is still there',
    group: LOOK,
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
    group: LOOK,
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
    group: LOOK,
    options: [['--limit <count>', 'at most this many (20)']],
    load: () => import('./commands/runs.js'),
  },
  {
    name: 'show',
    about: 'Show one run: steps, outcome, who requested it',
    group: LOOK,
    operands: [RUN],
    load: () => import('./commands/show.js'),
  },
  {
    name: 'watch',
    about: 'Follow a run until it ends, and exit as it does',
    group: LOOK,
    operands: [RUN],
    options: [WAITING[2]],
    load: () => import('./commands/watch.js'),
  },
  {
    name: 'logs',
    about: 'Print what happened in a run and what its containers wrote, or what a service writes',
    group: LOOK,
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
    group: LOOK,
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
    group: LOOK,
    options: [['--all', 'every stack that the server knows, the worst first; needs no stack file']],
    load: () => import('./commands/status.js'),
  },
  {
    name: 'kept',
    about: 'List what restores replaced and still keep, and until when',
    group: LOOK,
    load: () => import('./commands/kept.js'),
  },
  {
    name: 'approvals',
    about: 'List runs that wait for approval: of what, by whom, until when',
    group: LOOK,
    load: () => import('./commands/approvals.js'),
  },
  {
    name: 'approve',
    about: 'Approve the plan of a run that waits for it; shows the plan and asks first',
    group: STEER,
    operands: [RUN],
    options: [['-m, --message <text>', 'why; goes to the audit record']],
    examples: [['pawl approve melvin/42 -m "tested on staging"', '']],
    changes: true,
    load: () => import('./commands/approve.js'),
  },
  {
    name: 'reject',
    about: 'Reject a run that waits for approval: it ends, and nothing was changed',
    group: STEER,
    operands: [RUN],
    options: [['-m, --message <text>', 'why; goes to the audit record']],
    examples: [['pawl reject melvin/42 -m "not on a Friday"', '']],
    changes: true,
    load: () => import('./commands/reject.js'),
  },
  {
    name: 'resolve',
    about: 'Decide about a run that holds a failed step: retry it, skip it, or undo the run',
    group: STEER,
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
    group: STEER,
    operands: [RUN],
    options: [['--wait', 'until the run has ended'], WAITING[2]],
    changes: true,
    load: () => import('./commands/cancel.js'),
  },
  {
    name: 'maintenance',
    about: 'Answer every request with a maintenance page, or stop doing so',
    group: STEER,
    subcommands: [
      {
        name: 'on',
        about: 'Answer every request with 503 and a message; at once, whatever else runs',
        operands: [SERVICES],
        options: [['-m, --message <text>', 'what the page says'], ...WAITING],
        examples: [
          ['pawl maintenance on -m "Back at 14:00"', 'all services that have a switch'],
          ['pawl maintenance on -m "Back at 14:00" api', 'this one'],
          ['pawl maintenance on -m "Back at 14:00" -n', 'show the plan, touch nothing'],
        ],
        load: () => import('./runbooks/maintenance/on-command.js'),
      },
      {
        name: 'off',
        about: 'Serve requests again',
        operands: [SERVICES],
        options: WAITING,
        examples: [['pawl maintenance off', 'all services that have a switch']],
        load: () => import('./runbooks/maintenance/off-command.js'),
      },
    ],
  },
  {
    name: 'freeze',
    about: 'Admit no further runs',
    group: STEER,
    options: [['-m, --message <text>', 'why; shown to everyone who asks']],
    examples: [['pawl freeze -m "disk is being replaced"', '']],
    changes: true,
    load: () => import('./commands/freeze.js'),
  },
  {
    name: 'unfreeze',
    about: 'Admit runs again',
    group: STEER,
    changes: true,
    load: () => import('./commands/unfreeze.js'),
  },
  {
    name: 'config',
    about: 'Inspect the stack file',
    group: SET_UP,
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
    name: 'doctor',
    about: 'Check everything pawl needs, with a fix for each problem',
    group: SET_UP,
    load: () => import('./commands/doctor.js'),
  },
  {
    name: 'server',
    about: 'Run the embedded Temporal server, its UI and a worker, in the foreground',
    group: SET_UP,
    passThrough: true,
    changes: true,
    load: () => import('./commands/server.js'),
  },
  {
    name: 'worker',
    about: 'Run the worker of this host, in the foreground',
    group: SET_UP,
    passThrough: true,
    changes: true,
    load: () => import('./commands/worker.js'),
  },
  {
    name: 'completion',
    about: 'Print the completion script of a shell',
    group: SET_UP,
    operands: [
      { usage: '<shell>', about: 'the shell', choices: ['bash', 'zsh', 'fish', 'powershell'] },
    ],
    examples: [['source <(pawl completion bash)', 'in ~/.bashrc']],
    load: () => import('./commands/completion.js'),
  },
  {
    name: 'help',
    about: 'Help for a command, or: exit-codes, environment, output, pages',
    group: SET_UP,
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
