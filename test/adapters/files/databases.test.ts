import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newAttempt } from '../engine-user';
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
