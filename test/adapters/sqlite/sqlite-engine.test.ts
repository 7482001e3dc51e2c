import { describeWith } from '../../support/requirements';
import { engineContract } from '../engine-contract';
import { newDirectory, sqliteBench } from './sqlite-bench';

describeWith(['sqlite'], 'SQLite', () => {
  engineContract('a database of the host', async () =>
    sqliteBench(await newDirectory(), await newDirectory()),
  );
});
