import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canMount, mountSmallDisk } from '../../runbooks/support/small-disk';
import { createQuickRepository } from '../../support/quick-repository';
import { describeWith } from '../../support/requirements';
import { attemptOf } from './fixtures';
import { createTendedRepository, STACK } from './upkeep-fixture';

const ALL = { slice: 1, of: 1 };
/** For a lock and an index, and for no pack. */
const ROOM_BYTES = 300_000;

describeWith(['restic'], 'a prune on a full disk (needs root)', () => {
  const asRoot = canMount ? it : it.skip;

  asRoot('removes what nothing needs at all, and frees the rest once there is room', async () => {
    const repository = await createTendedRepository();
    const disk = await mountSmallDisk(join(repository.directory, 'disk'), 64);
    try {
      const url = join(disk.folder, 'repository');
      await createQuickRepository(url, 'correct horse');
      for (const [index, key] of ['g1', 'g2', 'k1', 'g3', 'g4', 'k2'].entries()) {
        await repository.storePoint(key, 9 - index, { url });
      }
      const upkeep = repository.upkeep({ url });
      await upkeep.forget(STACK, { runKeys: ['g1', 'g2', 'g3', 'g4'] }, attemptOf());
      const filler = join(disk.folder, 'filler');
      await writeFile(filler, Buffer.alloc((await freeBytes(disk.folder)) - ROOM_BYTES));

      const full = await upkeep.prune(attemptOf());
      await upkeep.check(STACK, ALL, attemptOf());
      await rm(filler);
      const roomy = await upkeep.prune(attemptOf());
      await upkeep.check(STACK, ALL, attemptOf());

      expect([full.diskWasFull, roomy.diskWasFull]).toEqual([true, false]);
      expect(full.removed).not.toBe('0 B');
    } finally {
      await disk.unmount();
      await repository.remove();
    }
  });
});

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
