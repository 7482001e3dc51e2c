import { GROUPS } from '../../command';
import type { ClientRunbook } from '../client-runbook';
import { PARTS, STARTING } from '../shared-options';

const CHOICES = [['--init', 'create the repository when there is none']] as const;

export const backup: ClientRunbook = {
  command: {
    name: 'backup',
    about: 'Save a recovery point of the stack',
    group: GROUPS.runs,
    operands: [PARTS],
    options: [...CHOICES, ...STARTING],
    examples: [
      ['pawl backup --init', 'the first one: creates the repository'],
      ['pawl backup accounts uploads', 'these parts only'],
      ['pawl backup -n', 'show the plan, touch nothing'],
    ],
    load: () => import('./command.js'),
  },
  choices: CHOICES,
};
