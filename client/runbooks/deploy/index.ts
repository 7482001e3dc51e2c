import { GROUPS } from '../../command';
import type { ClientRunbook } from '../client-runbook';
import { STARTING } from '../shared-options';

const CHOICES = [
  [
    '--image <service=reference...>',
    "this image in place of the Compose file's; again for each service",
  ],
  ['--build', 'build here, before anything is touched, what the Compose file has a `build` for'],
  ['--push', 'with --build: push what was built, and release it from its registry'],
  ['--force', 'make a release even when it changes nothing'],
] as const;

export const deploy: ClientRunbook = {
  command: {
    name: 'deploy',
    about: 'Release the services of `deploy`, with a way back until it is proved',
    group: GROUPS.runs,
    options: [...CHOICES, ...STARTING],
    examples: [
      ['pawl deploy', 'what the Compose file says now; asks first'],
      ['pawl deploy --image api=registry/api:v2 -y', 'this image; asks nothing'],
      ['pawl deploy --build', 'build it here first'],
      ['pawl deploy --build --push -y', 'and push it: other hosts can have it'],
      ['pawl deploy -n', 'show the plan, touch nothing'],
    ],
    load: () => import('./command.js'),
  },
  choices: CHOICES,
};
