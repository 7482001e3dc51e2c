import { describeWith } from '../../support/requirements';
import { engineContract } from '../engine-contract';
import { startContainerBench } from './container-bench';
import { startPostgresBench } from './postgres-bench';

describeWith(['postgres'], 'PostgreSQL by address', () => {
  engineContract('PostgreSQL by address', startPostgresBench);
});

describeWith(['docker'], 'PostgreSQL in its container', () => {
  engineContract('PostgreSQL in its container', startContainerBench);
});
