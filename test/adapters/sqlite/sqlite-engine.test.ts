import { engineContract } from '../engine-contract';
import { newDirectory, sqliteBench } from './sqlite-bench';

engineContract('a SQLite database of the host', async () =>
  sqliteBench(await newDirectory(), await newDirectory()),
);
