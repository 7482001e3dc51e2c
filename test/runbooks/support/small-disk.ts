import { mkdir, statfs } from 'node:fs/promises';
import { runProcess } from '../../support/run-process';

/** Mounting takes root, and a container may still refuse it. */
export const canMount = process.getuid?.() === 0;

/** A file system in memory, of a size of its own. */
export interface SmallDisk {
  readonly folder: string;
  /** Such as `size=64m` or `ro`; holds for root too. */
  remount(options: string): Promise<void>;
  usedMegabytes(): Promise<number>;
  unmount(): Promise<void>;
}

export async function mountSmallDisk(folder: string, megabytes: number): Promise<SmallDisk> {
  await mkdir(folder);
  await command('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder);
  return {
    folder,
    remount: (options) => command('mount', '-o', `remount,${options}`, folder),
    usedMegabytes: async () => {
      const { blocks, bfree, bsize } = await statfs(folder);
      return Math.ceil(((blocks - bfree) * bsize) / 2 ** 20);
    },
    unmount: () => command('umount', folder),
  };
}

async function command(...argv: readonly string[]): Promise<void> {
  const { code, stderr } = await runProcess(argv, { env: process.env });
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
}
