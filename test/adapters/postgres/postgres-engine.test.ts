import { describeWith } from '../../support/requirements';
import { engineContract } from '../engine-contract';
import { startPostgresBench } from './postgres-bench';

describeWith(['postgres'], 'PostgreSQL', () => {
  engineContract('PostgreSQL by address', () => startPostgresBench('by address'));
  engineContract('PostgreSQL in a container', () => startPostgresBench('in a container'));
});
