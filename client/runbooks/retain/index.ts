import { GROUPS } from '../../command';
import type { ClientRunbook } from '../client-runbook';
import { STARTING } from '../shared-options';

const CHOICES = [['--read-all', 'read all of the repository, whatever was read lately']] as const;

export const retain: ClientRunbook = {
  command: {
    name: 'retain',
    about: 'Forget recovery points by `keep`, free their space, check the repository',
    group: GROUPS.runs,
    options: [...CHOICES, ...STARTING],
    examples: [
      ['pawl retain -n', 'show each point with its reason, touch nothing'],
      ['pawl retain', 'forget, prune, check and read a part of the repository'],
      ['pawl retain --read-all', 'and read all of it, as after trouble with the disk'],
    ],
    load: () => import('./command.js'),
  },
  choices: CHOICES,
};
