import { describeWith } from '../../support/requirements';
import { engineContract } from '../engine-contract';
import { startMongodbBench } from './mongodb-bench';

describeWith(['ferretdb'], 'MongoDB engine', () => {
  engineContract('on FerretDB, by address', startMongodbBench);
});
