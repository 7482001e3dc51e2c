import { GROUPS, type CommandSpec } from '../command';
import { RUN } from '../operands';
import { runbookCommands } from '../runbooks';
import { TIMEOUT } from '../runbooks/shared-options';

/** They decide about runs that are there, and about what may run. */
export const STEER_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'approve',
    about: 'Approve the plan of a run that waits for it; shows the plan and asks first',
    group: GROUPS.steer,
    operands: [RUN],
    options: [['-m, --message <text>', 'why; goes to the audit record']],
    examples: [['pawl approve melvin/42 -m "tested on staging"', '']],
    changes: true,
    load: () => import('../commands/approve.js'),
  },
  {
    name: 'reject',
    about: 'Reject a run that waits for approval: it ends, and nothing was changed',
    group: GROUPS.steer,
    operands: [RUN],
    options: [['-m, --message <text>', 'why; goes to the audit record']],
    examples: [['pawl reject melvin/42 -m "not on a Friday"', '']],
    changes: true,
    load: () => import('../commands/reject.js'),
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
    load: () => import('../commands/resolve.js'),
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
    load: () => import('../commands/cancel.js'),
  },
  ...runbookCommands(GROUPS.steer),
  {
    name: 'copy',
    about: 'Copy what the copies lack now; each backup does so by itself',
    group: GROUPS.steer,
    operands: [{ usage: '[copy...]', about: 'entries of `copies`; all when none is named' }],
    options: [
      ['--accept-another', 'also to another repository than the one at its address before'],
      ['--detach', 'return as soon as it is asked for'],
      ['--timeout <duration>', 'stop waiting after this long; the copying goes on'],
    ],
    examples: [
      ['pawl copy', 'and wait until every copy holds every point'],
      ['pawl copy usb --accept-another', "this week's disk has never been here"],
    ],
    changes: true,
    load: () => import('../commands/copy.js'),
  },
  {
    name: 'freeze',
    about: 'Admit no further runs',
    group: GROUPS.steer,
    options: [['-m, --message <text>', 'why; shown to everyone who asks']],
    examples: [['pawl freeze -m "disk is being replaced"', '']],
    changes: true,
    load: () => import('../commands/freeze.js'),
  },
  {
    name: 'unfreeze',
    about: 'Admit runs again',
    group: GROUPS.steer,
    changes: true,
    load: () => import('../commands/unfreeze.js'),
  },
];
