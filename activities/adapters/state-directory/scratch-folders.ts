import { lstat, mkdir, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScratchPlaces } from '../../ports/scratch';

/** Scratch folders of the host: `root/<run key>/<entry>`, which nobody else may enter. */
export function scratchFolders(root: string): ScratchPlaces {
  return {
    async observe() {
      await mkdir(root, { recursive: true, mode: 0o700 });
      const { bavail, bsize } = await statfs(root);
      return { place: `a folder in ${root}`, disk: 'host', freeBytes: bavail * bsize };
    },

    async open({ entry, runKey }) {
      const folder = join(root, runKey, entry.name);
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return { kind: 'folder', path: join(folder, 'restored') };
    },

    sweep: (runKey) => rm(join(root, runKey), { recursive: true, force: true }),

    async sweepOlderThan(seconds) {
      await mkdir(root, { recursive: true, mode: 0o700 });
      for (const runKey of await readdir(root)) {
        const { mtimeMs } = await lstat(join(root, runKey));
        const isOld = mtimeMs < Date.now() - seconds * 1000;
        if (isOld) await rm(join(root, runKey), { recursive: true, force: true });
      }
    },
  };
}
