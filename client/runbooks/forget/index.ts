import { GROUPS } from '../../command';
import type { ClientRunbook } from '../client-runbook';
import { STARTING } from '../shared-options';

export const forget: ClientRunbook = {
  command: {
    name: 'forget',
    about: 'Give the services of `deploy` back to plain Compose, as they serve now',
    group: GROUPS.runs,
    options: STARTING,
    examples: [
      ['pawl forget', 'switches and slots go, the Compose file counts again; asks first'],
      ['pawl forget -n', 'show the plan, touch nothing'],
    ],
    load: () => import('./command.js'),
  },
  choices: [],
};
