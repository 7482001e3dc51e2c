import { GROUPS } from '../../command';
import type { ClientRunbook } from '../client-runbook';
import { LEAVE_OUT, STARTING } from '../shared-options';

const CHOICES = [
  ['--to <release>', 'this release (see `pawl releases`); by default the one that was replaced'],
  [
    '--schema <way>',
    'where the schema has moved on: `keep` leaves it, `down` takes it back by `migrations.down`, `restore` brings all data back as it was before',
  ],
  LEAVE_OUT,
] as const;

export const rollback: ClientRunbook = {
  command: {
    name: 'rollback',
    about: 'Go back to an earlier release; seconds while its slots are warm',
    group: GROUPS.runs,
    options: [
      ...CHOICES,
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
    load: () => import('./command.js'),
  },
  choices: CHOICES,
};
