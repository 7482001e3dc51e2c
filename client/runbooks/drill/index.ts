import { GROUPS } from '../../command';
import type { ClientRunbook } from '../client-runbook';
import { WAITING } from '../shared-options';

const CHOICES = [
  [
    '--point <id>',
    'this recovery point (see `pawl points`), or `newest` (the default), `oldest` or `random`',
  ],
  [
    '--part <name>',
    'this entry of `protect` (or `entry/database`); again for each; all when absent',
    'again',
  ],
] as const;

export const drill: ClientRunbook = {
  command: {
    name: 'drill',
    about: 'Restore a recovery point in scratch places, and prove it',
    group: GROUPS.runs,
    options: [
      ...CHOICES,
      [
        '--despite-freeze <why>',
        "start in spite of the stack file's `freeze`; goes to the audit record",
      ],
      ...WAITING,
    ],
    examples: [
      ['pawl drill', 'can the newest recovery point be restored? Exits 8 when it cannot'],
      ['pawl drill --point random', 'any of those that are kept'],
      ['pawl drill --part accounts', 'one part of the newest'],
      ['pawl drill -n', 'where it would be restored, and which gates are asked'],
    ],
    load: () => import('./command.js'),
  },
  choices: CHOICES,
};
