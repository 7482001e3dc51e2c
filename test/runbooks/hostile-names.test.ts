import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { startPostgres, type PostgresServer } from '../support/postgres-server';
import { describeWith } from '../support/requirements';
import { databasesOf, makeDatabase, notesIn, postgresEntry } from './support/databases';
import { contentsOf } from './support/folders';
import { ProtectedStack } from './support/protected-stack';

const DATABASES = [
  'we"ird; --',
  'naïve 🙂',
  'a=b dbname=postgres',
  '../..',
  "it's \\ %20 $HOME",
  'x'.repeat(63),
  `${'é'.repeat(31)}x`,
];

const FOLDERS = ['-rf', '--checkpoint=1', 'line\nbreak', '🙂 naïve', ' ', '*', 'a"b\\c', "it's"];

/** Many runs' worth of work in one. */
const PATIENCE_MILLISECONDS = 300_000;

describeWith(['temporal', 'restic', 'postgres'], 'hostile names', () => {
  let pawl: PawlEnvironment;
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres();
    pawl = await startPawl({ env: { DATABASE_PASSWORD: server.password } });
  });
  afterAll(() => Promise.all([pawl.stop(), server.stop()]));

  it(
    'of databases are backed up, restored, kept and dropped like any other',
    async () => {
      for (const name of DATABASES) await makeDatabase(server, name);
      const before = await Promise.all(DATABASES.map((name) => notesIn(server, name)));
      const protect = named('d', DATABASES, (name) => postgresEntry(server, name));
      const stack = await ProtectedStack.create(pawl, { protect });
      await stack.mustBackUp();
      for (const name of DATABASES) await server.query('delete from notes where id > 5', name);

      const { code, run = '' } = await stack.restore();

      expect(code).toBe(0);
      expect(await Promise.all(DATABASES.map((name) => notesIn(server, name)))).toEqual(before);
      expect(await databasesOf(server)).toHaveLength(2 * DATABASES.length);
      expect((await stack.cli('restore', 'confirm', run, '-y')).code).toBe(0);
      expect(await databasesOf(server)).toEqual([...DATABASES].sort(byBytes));
    },
    PATIENCE_MILLISECONDS,
  );

  it(
    'of folders and files are data too',
    async () => {
      const protect = named('f', FOLDERS, (path) => ({ engine: 'files', path }));
      const stack = await ProtectedStack.create(pawl, { protect });
      const folders = FOLDERS.map((name) => join(stack.folder, name));
      for (const folder of folders) {
        await mkdir(folder);
        for (const name of FOLDERS) await writeFile(join(folder, name), `${folder} ${name}`);
      }
      const before = await Promise.all(folders.map(contentsOf));
      await stack.mustBackUp();
      for (const folder of folders) await rm(join(folder, '*'));

      const { code, run = '' } = await stack.restore();

      expect(code).toBe(0);
      expect(await Promise.all(folders.map(contentsOf))).toEqual(before);
      expect((await stack.cli('restore', 'confirm', run, '-y')).code).toBe(0);
      expect(await Promise.all(folders.map(contentsOf))).toEqual(before);
    },
    PATIENCE_MILLISECONDS,
  );
});

function named(
  prefix: string,
  sources: readonly string[],
  entry: (source: string) => object,
): Readonly<Record<string, object>> {
  return Object.fromEntries(
    sources.map((source, index) => [`${prefix}${index}`, entry(source)] as const),
  );
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
