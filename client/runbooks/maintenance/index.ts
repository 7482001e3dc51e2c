import { GROUPS } from '../../command';
import type { ClientRunbook } from '../client-runbook';
import { WAITING } from '../shared-options';

const SERVICES = {
  usage: '[service...]',
  about: 'services of `deploy` that have a switch; all of them when none is named',
  complete: 'service',
} as const;

export const maintenance: ClientRunbook = {
  command: {
    name: 'maintenance',
    about: 'Answer every request with a maintenance page, or stop doing so',
    group: GROUPS.steer,
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
        load: () => import('./on-command.js'),
      },
      {
        name: 'off',
        about: 'Serve requests again',
        operands: [SERVICES],
        options: WAITING,
        examples: [['pawl maintenance off', 'all services that have a switch']],
        load: () => import('./off-command.js'),
      },
    ],
  },
};
