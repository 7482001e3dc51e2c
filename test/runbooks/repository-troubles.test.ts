import { readdir, readFile, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { createQuickRepository } from '../support/quick-repository';
import { describeWith } from '../support/requirements';
import { sideBySide } from '../support/side-by-side';
import { contentsOf, makeFolder } from './support/folders';
import { holdRepository } from './support/hold-repository';
import { ProtectedStack, REPOSITORY_PASSWORD, type StackOptions } from './support/protected-stack';
import { canMount, mountSmallDisk, type SmallDisk } from './support/small-disk';

interface Scene {
  readonly stack: ProtectedStack;
  readonly uploads: string;
}

describeWith(['temporal', 'restic'], 'a repository on a bad day', () => {
  let pawl: PawlEnvironment;

  beforeAll(async () => {
    pawl = await startPawl();
  });
  afterAll(() => pawl.stop());

  async function createStack(
    where: Pick<StackOptions, 'repository' | 'withoutRepository'> = {},
  ): Promise<Scene> {
    const protect = { uploads: { engine: 'files', path: './uploads' } };
    const stack = await ProtectedStack.create(pawl, { protect, ...where });
    const uploads = join(stack.folder, 'uploads');
    await makeFolder(uploads);
    return { stack, uploads };
  }

  sideBySide({
    'that is missing is created only when told to': async () => {
      const { stack } = await createStack({ withoutRepository: true });

      const refused = await stack.follow('backup');

      expect(refused.code).toBe(7);
      expect(refused.failure?.type).toBe('PreconditionFailed');
      expect(refused.failure?.advice).toContain('pawl backup --init');
      expect(await readdir(stack.folder)).not.toContain('repository');
      expect((await stack.backup()).code).toBe(0);
    },

    'with another password is refused, and untouched': async () => {
      const { stack } = await createStack();
      await stack.mustBackUp();
      const before = await contentsOf(stack.repository);
      await stack.setRepositoryPassword('wrong');

      const [backup, restore] = [await stack.backup(), await stack.restore()];

      expect([backup.code, backup.failure?.type]).toEqual([7, 'CredentialsRejected']);
      expect(backup.failure?.state).toBe('Nothing was changed.');
      expect(restore.code).toBe(7);
      expect(await contentsOf(stack.repository)).toEqual(before);
      expect(await contentsOf(stack.folder)).toHaveProperty(['uploads/note.txt']);
    },

    'locked by a process that died heals by itself': async () => {
      const { stack } = await createStack();
      await stack.mustBackUp();
      await (await holdRepository(stack)).die();
      expect(await stack.locks()).toHaveLength(1);

      await stack.mustBackUp();

      expect(await stack.locks()).toEqual([]);
    },

    'locked by a process that lives is waited for, and the run says who holds it': async () => {
      const { stack } = await createStack();
      await stack.mustBackUp();
      const holder = await holdRepository(stack);
      try {
        const run = await stack.submit('backup');

        const step = await stack.step(run, 'back-up:uploads', ({ attempt = 1 }) => attempt > 1);
        await holder.finish();

        expect(step.lastFailure).toContain(`Held exclusively by process ${holder.pid} of`);
        expect((await stack.watch(run)).code).toBe(0);
        expect(await stack.locks()).toEqual([]);
      } finally {
        await holder.die();
      }
    },

    'with a damaged pack fails a restore before anything is swapped': async () => {
      const { stack, uploads } = await createStack();
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
    },
  });

  (canMount ? describe : describe.skip)('on a small disk (needs root)', () => {
    async function onSmallDisk(work: (scene: Scene, disk: SmallDisk) => Promise<void>) {
      const around = await createStack();
      const disk = await mountSmallDisk(join(around.stack.folder, 'disk'), 8);
      try {
        const repository = join(disk.folder, 'repository');
        await createQuickRepository(repository, REPOSITORY_PASSWORD);
        const scene = await createStack({ repository });
        await scene.stack.mustBackUp();
        await work(scene, disk);
      } finally {
        await disk.unmount();
      }
    }

    sideBySide({
      'that gets full fails the backup and keeps what it has': () =>
        onSmallDisk(async ({ stack, uploads }) => {
          const before = await contentsOf(uploads);
          await makeFolder(uploads, 16);

          const { code, failure } = await stack.backup();

          expect([code, failure?.type]).toEqual([1, 'CommandFailed']);
          expect(failure?.message).toContain('the disk of the repository is full');
          expect(failure?.state).toContain('earlier ones are untouched');
          await unlink(join(uploads, 'note.txt'));
          expect((await stack.restore()).code).toBe(0);
          expect(await contentsOf(uploads)).toEqual(before);
        }),

      'can be used again as soon as there is room': () =>
        onSmallDisk(async ({ stack, uploads }, disk) => {
          await makeFolder(uploads, 16);
          expect((await stack.backup()).code).toBe(1);
          await disk.remount('size=64m');

          await stack.mustBackUp();

          expect(await stack.restic('check', '--read-data', '--no-lock')).toContain('no errors');
        }),

      'that is read-only fails the backup, and can be restored from': () =>
        onSmallDisk(async ({ stack, uploads }, disk) => {
          await disk.remount('ro');
          const before = await contentsOf(uploads);
          await writeFile(join(uploads, 'note.txt'), 'newer\n');

          const { code, failure } = await stack.backup();

          expect([code, failure?.type]).toEqual([1, 'CommandFailed']);
          expect(failure?.message).toContain('read-only file system');
          expect((await stack.restore()).code).toBe(0);
          expect(await contentsOf(uploads)).toEqual(before);
          expect(await readFile(join(uploads, 'note.txt'), 'utf8')).toBe('as it was\n');
        }),
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
