import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { restoreTarget } from '../../../workflows/model/restore-target';
import { EngineUser, newAttempt } from '../engine-user';
import { filesEntry, folderBench, newDirectory } from './folder-bench';

/** What a database of one page begins with. */
const DATABASE = Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4096 - 16)]);

describe('SQLite databases in a folder', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await newDirectory();
    await mkdir(join(directory, 'uploads/deep/er'), { recursive: true });
    await writeFile(join(directory, 'uploads/deep/er/app.db'), DATABASE);
    await writeFile(join(directory, 'uploads/odd'), DATABASE.subarray(1));
    await writeFile(join(directory, 'uploads/torn.db'), DATABASE.subarray(0, 4000));
    await symlink('deep/er/app.db', join(directory, 'uploads/link.db'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function noted(exclude: string[] = []): Promise<string> {
    const { engine, site } = folderBench(directory);
    const entry = filesEntry('uploads', undefined, exclude);
    const { notes } = await engine.observe({ site, entry, attempt: newAttempt() });
    return notes.filter((note) => note.includes('SQLite')).join('\n');
  }

  it('are told, each once', async () => {
    expect(await noted()).toMatch(/^deep\/er\/app\.db in \S+ is a SQLite database/);
  });

  it.each(['*.db', 'deep', 'er/*', './deep/er/app.db', 'app.d?'])(
    'are not told when %s leaves them out',
    async (pattern) => {
      expect(await noted([pattern])).toBe('');
    },
  );

  it.each(['pp.db', 'app', '*.dbx', 'e'])('are told when %s does not', async (pattern) => {
    expect(await noted([pattern])).not.toBe('');
  });
});

describe('SQLite databases that are entries of their own', () => {
  const NAMES = ['app.db', 'app.db-wal', 'app.db_restoring_1', 'app.db_before_0'];

  it.each([
    { title: 'at the top', database: 'app.db' },
    { title: 'further down', database: 'de*p/er/app.db' },
  ])(
    'are not in the part of their folder, and stay in their place ($title)',
    async ({ database }) => {
      const directory = await newDirectory();
      const bench = folderBench(directory);
      const entry = { ...filesEntry('uploads'), databases: [database] };
      const user = new EngineUser({ ...bench, entry: () => entry });
      const folder = join(directory, 'uploads', dirname(database));
      await mkdir(folder, { recursive: true });
      for (const name of NAMES) await writeFile(join(folder, name), 'saved');
      await writeFile(join(folder, 'app.db.txt'), 'saved');
      await mkdir(join(folder, 'other'));
      await writeFile(join(folder, 'other/app.db'), 'saved');
      const dump = await user.dump('uploads');
      expect(dump.bytes.includes('_before_0')).toBe(false);
      for (const name of NAMES) await writeFile(join(folder, name), 'live');
      await writeFile(join(folder, 'app.db.txt'), 'live');
      await rm(join(folder, 'other'), { recursive: true });
      const target = restoreTarget('uploads', 2);
      const contents = async () =>
        Promise.all([...NAMES, 'app.db.txt'].map((name) => readFile(join(folder, name), 'utf8')));

      await user.restoreBeside(dump, target);
      expect(await user.digest(dump, target)).toEqual(dump.facts.contents);
      expect((await user.observeTarget(dump, target)).notes?.join()).toContain(database);
      await user.swap(dump, target);

      expect(await contents()).toEqual([...NAMES.map(() => 'live'), 'saved']);
      expect(await readFile(join(folder, 'other/app.db'), 'utf8')).toBe('saved');
      await user.swapBack(dump, target);
      expect(await contents()).toEqual([...NAMES, ''].map(() => 'live'));
      await rm(directory, { recursive: true });
    },
  );
});
