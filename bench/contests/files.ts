import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Contest } from '../support/contest';
import { resticInto, resticOf, secondsOf, secondsOfPipeline } from '../support/pipeline';

const run = promisify(execFile);

/** Real files of all sizes that every clone has: the installed packages. */
const REAL_FILES = join(__dirname, '..', '..', 'node_modules');

/** What a run costs beside its bytes: one file that is hardly any. */
export async function smallContest(): Promise<Contest> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-small-'));
  await writeFile(join(folder, 'settings.json'), '{"small": true}\n');
  return {
    title: 'one small file',
    bytes: 16,
    oneRepository: true,
    raw: {
      title: 'restic backup',
      seconds: async (repository) => secondsOf(await resticOf(folder, repository)),
    },
    ways: { 'pawl backup, the command': { entry: `engine: files, path: ${folder}`, whole: true } },
    secrets: {},
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}

export async function filesContest(): Promise<Contest> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-files-'));
  await cp(REAL_FILES, folder, { recursive: true, verbatimSymlinks: true });
  const { stdout } = await run('du', ['-sb', folder]);
  const tar = { argv: ['tar', '-C', folder, '-cf', '-', '.'] };
  return {
    title: 'a folder',
    bytes: Number(stdout.split('\t')[0]),
    raw: {
      title: 'tar -cf - . | restic backup --stdin',
      seconds: async (repository) => secondsOfPipeline(tar, await resticInto(repository)),
    },
    ways: { pawl: { entry: `engine: files, path: ${folder}` } },
    secrets: {},
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}
