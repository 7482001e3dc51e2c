import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeWith } from '../../support/requirements';
import { EngineUser } from '../engine-user';
import { newDirectory, sqlite, sqliteBench } from './sqlite-bench';
import { brokenPromises, seedBank, startWriter } from './steady-writer';

const COMMITS_PER_SECOND = 200;
const POINTS = 8;

/** By a function that SQLite's own program has not. */
const INDEX_OF_THE_APPLICATION = `
  CREATE INDEX of_application ON ballast (length(bytes));
  PRAGMA writable_schema = ON;
  UPDATE sqlite_master SET sql = replace(sql, 'length', 'its_own') WHERE name = 'of_application';`;

const INDEX_OF_ANYBODY = `
  PRAGMA writable_schema = ON;
  UPDATE sqlite_master SET sql = replace(sql, 'its_own', 'length');`;

describeWith(['sqlite'], 'a SQLite database that is written to all the time', () => {
  it.each([
    { mode: 'WAL', wal: true, isVacuumed: true },
    { mode: 'rollback', wal: false, isVacuumed: true },
    { mode: 'WAL, page by page', wal: true, isVacuumed: false },
  ])(
    'is saved as it was at one instant: $mode',
    async ({ mode, wal, isVacuumed }) => {
      const directory = await newDirectory();
      const file = join(directory, 'bank.db');
      const bench = sqliteBench(directory, await newDirectory());
      const user = new EngineUser(bench);
      seedBank(file, { wal, megabytes: 20 });
      if (!isVacuumed) sqlite(file, INDEX_OF_THE_APPLICATION);
      const writer = startWriter(file, COMMITS_PER_SECOND);
      const copy = join(directory, 'copy.db');
      const rows: number[] = [];
      const broken: string[] = [];
      const begun = performance.now();
      try {
        for (let point = 0; point < POINTS; point += 1) {
          const { bytes, facts } = await user.dump('bank.db');
          expect(facts.notes.join('\n').includes('page by page')).toBe(!isVacuumed);
          await writeFile(copy, bytes);
          if (!isVacuumed) sqlite(copy, INDEX_OF_ANYBODY);
          broken.push(...brokenPromises(copy));
          rows.push(facts.contents.find(({ name }) => name === 'transfer')?.rows ?? -1);
          await rm(copy);
        }
      } finally {
        await writer.stop();
      }
      const rate = (writer.commits() / (performance.now() - begun)) * 1000;
      process.stdout.write(
        `${mode}: ${POINTS} points, ${rate.toFixed(0)} commits a second, the worst took ${writer.worst().toFixed(0)} ms\n`,
      );
      expect(broken).toEqual([]);
      // Each is later than the one before: the writer went on.
      expect(rows).toEqual([...rows].sort((left, right) => left - right));
      expect(new Set(rows).size).toBe(POINTS);
      await bench.stop();
    },
    120_000,
  );
});
