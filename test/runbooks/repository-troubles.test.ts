import { readdir, readFile, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { createQuickRepository } from '../support/quick-repository';
import { describeWith } from '../support/requirements';
import { contentsOf, makeFolder } from './support/folders';
import { holdRepository, type RepositoryHolder } from './support/hold-repository';
import { ProtectedStack, REPOSITORY_PASSWORD, type StackOptions } from './support/protected-stack';
import { canMount, mountSmallDisk, type SmallDisk } from './support/small-disk';

describeWith(['temporal', 'restic'], 'a repository on a bad day', () => {
  let pawl: PawlEnvironment;
  let stack: ProtectedStack;
  let uploads: string;

  beforeAll(async () => {
    pawl = await startPawl();
  });
  afterAll(() => pawl.stop());

  async function createStack(
    where: Pick<StackOptions, 'repository' | 'withoutRepository'> = {},
  ): Promise<void> {
    const protect = { uploads: { engine: 'files', path: './uploads' } };
    stack = await ProtectedStack.create(pawl, { protect, ...where });
    uploads = join(stack.folder, 'uploads');
    await makeFolder(uploads);
  }

  it('that is missing is created only when told to', async () => {
    await createStack({ withoutRepository: true });

    const refused = await stack.follow('backup');

    expect(refused.code).toBe(7);
    expect(refused.failure?.type).toBe('PreconditionFailed');
    expect(refused.failure?.advice).toContain('pawl backup --init');
    expect(await readdir(stack.folder)).not.toContain('repository');
    expect((await stack.backup()).code).toBe(0);
  });

  it('with another password is refused, and untouched', async () => {
    await createStack();
    await stack.mustBackUp();
    const before = await contentsOf(stack.repository);
    await stack.setRepositoryPassword('wrong');

    const [backup, restore] = [await stack.backup(), await stack.restore()];

    expect([backup.code, backup.failure?.type]).toEqual([7, 'CredentialsRejected']);
    expect(backup.failure?.state).toBe('Nothing was changed.');
    expect(restore.code).toBe(7);
    expect(await contentsOf(stack.repository)).toEqual(before);
    expect(await contentsOf(stack.folder)).toHaveProperty(['uploads/note.txt']);
  });

  it('locked by a process that died heals by itself', async () => {
    await createStack();
    await stack.mustBackUp();
    await (await holdRepository(stack)).die();
    expect(await stack.locks()).toHaveLength(1);

    await stack.mustBackUp();

    expect(await stack.locks()).toEqual([]);
  });

  describe('locked by a process that lives', () => {
    let holder: RepositoryHolder;
    afterEach(() => holder.die());

    it('is waited for, and the run says who holds it', async () => {
      await createStack();
      await stack.mustBackUp();
      holder = await holdRepository(stack);
      const run = await stack.submit('backup');

      const step = await stack.step(run, 'back-up:uploads', ({ attempt = 1 }) => attempt > 1);
      await holder.finish();

      expect(step.lastFailure).toContain(`Held exclusively by process ${holder.pid} of`);
      expect((await stack.watch(run)).code).toBe(0);
      expect(await stack.locks()).toEqual([]);
    });
  });

  it('with a damaged pack fails a restore before anything is swapped', async () => {
    await createStack();
    await makeFolder(uploads, 3);
    await stack.mustBackUp();
    await cutLargestPack(stack.repository);
    await writeFile(join(uploads, 'note.txt'), 'newer\n');
    const before = await contentsOf(uploads);

    const { code, failure } = await stack.restore();

    expect(code).not.toBe(0);
    expect(['CommandFailed', 'VerificationFailed']).toContain(failure?.type);
    expect(failure?.state).toBe('What was there before is in place and untouched.');
    expect(await contentsOf(uploads)).toEqual(before);
    expect((await readdir(stack.folder)).filter((name) => name.startsWith('uploads'))).toEqual([
      'uploads',
    ]);
  });

  (canMount ? describe : describe.skip)('on a small disk (needs root)', () => {
    let disk: SmallDisk;
    beforeEach(async () => {
      await createStack();
      disk = await mountSmallDisk(join(stack.folder, 'disk'), 8);
      const repository = join(disk.folder, 'repository');
      await createQuickRepository(repository, REPOSITORY_PASSWORD);
      await createStack({ repository });
      await stack.mustBackUp();
    });
    afterEach(() => disk.unmount());

    it('that gets full fails the backup and keeps what it has', async () => {
      const before = await contentsOf(uploads);
      await makeFolder(uploads, 16);

      const { code, failure } = await stack.backup();

      expect([code, failure?.type]).toEqual([1, 'CommandFailed']);
      expect(failure?.message).toContain('the disk of the repository is full');
      expect(failure?.state).toContain('earlier ones are untouched');
      await unlink(join(uploads, 'note.txt'));
      expect((await stack.restore()).code).toBe(0);
      expect(await contentsOf(uploads)).toEqual(before);
    });

    it('can be used again as soon as there is room', async () => {
      await makeFolder(uploads, 16);
      expect((await stack.backup()).code).toBe(1);
      await disk.remount('size=64m');

      await stack.mustBackUp();

      expect(await stack.restic('check', '--read-data', '--no-lock')).toContain('no errors');
    });

    it('that is read-only fails the backup, and can be restored from', async () => {
      await disk.remount('ro');
      const before = await contentsOf(uploads);
      await writeFile(join(uploads, 'note.txt'), 'newer\n');

      const { code, failure } = await stack.backup();

      expect([code, failure?.type]).toEqual([1, 'CommandFailed']);
      expect(failure?.message).toContain('read-only file system');
      expect((await stack.restore()).code).toBe(0);
      expect(await contentsOf(uploads)).toEqual(before);
      expect(await readFile(join(uploads, 'note.txt'), 'utf8')).toBe('as it was\n');
    });
  });
});

/** Cuts the largest pack in half. */
async function cutLargestPack(repository: string): Promise<void> {
  const folder = join(repository, 'data');
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const packs = await Promise.all(
    files
      .filter((file) => file.isFile())
      .map(async (file) => {
        const path = join(file.parentPath, file.name);
        return { path, size: (await stat(path)).size };
      }),
  );
  const [largest] = packs.sort((a, b) => b.size - a.size);
  if (largest === undefined) throw new Error(`no pack in ${folder}`);
  await truncate(largest.path, Math.floor(largest.size / 2));
}
