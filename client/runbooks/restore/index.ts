import { GROUPS } from '../../command';
import { RUN } from '../../operands';
import type { ClientRunbook } from '../client-runbook';
import { LEAVE_OUT, PARTS, STARTING } from '../shared-options';

const CHOICES = [
  [
    '--point <id>',
    'this recovery point (see `pawl points`); by default the newest that has what is wanted',
  ],
  ['--at <time>', 'the newest recovery point not after this time, such as "2026-11-21 03:00"'],
  ['--from <copy>', 'read it from this copy instead of the repository (see `copies`)'],
  ['--into <name>', 'into another database or folder; one part; replacing one needs --confirm'],
  LEAVE_OUT,
] as const;

export const restore: ClientRunbook = {
  command: {
    name: 'restore',
    about: 'Bring back a recovery point, proved before it is put in place',
    group: GROUPS.runs,
    operands: [PARTS],
    options: [
      ...CHOICES,
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
      ['pawl restore --from offsite', 'the repository is lost: out of a copy'],
      ['pawl restore confirm melvin/42', 'drop what that restore replaced'],
    ],
    load: () => import('./command.js'),
    subcommands: [
      {
        name: 'confirm',
        about: 'Drop what a restore replaced and kept',
        operands: [RUN],
        changes: true,
        load: () => import('./confirm-command.js'),
      },
    ],
  },
  choices: CHOICES,
};
