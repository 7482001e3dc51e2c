import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Contest } from '../support/contest';
import { resticOf, secondsOf } from '../support/pipeline';

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

/** The first backup of a folder, each into a fresh repository. */
export async function filesContest(): Promise<Contest> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-files-'));
  await cp(REAL_FILES, folder, { recursive: true, verbatimSymlinks: true });
  return {
    title: 'a folder, for the first time',
    bytes: await bytesOf(folder),
    raw: {
      title: 'restic backup',
      seconds: async (repository) => secondsOf(await resticOf(folder, repository)),
    },
    ways: { pawl: { entry: `engine: files, path: ${folder}`, atMost: 1.1 } },
    secrets: {},
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}

const IN_A_FOLDER = 100;
const CHANGED_EACH_ROUND = 0.01;

/** A folder of many files of which one in a hundred has changed since the backup before, in one repository each. */
export async function manyFilesContest(files: number, bytesEach: number): Promise<Contest> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-many-'));
  const nameOf = (index: number): string =>
    join(folder, String(Math.floor(index / IN_A_FOLDER)), `${index}.bin`);
  const fill = (index: number): void => {
    writeFileSync(nameOf(index), randomBytes(bytesEach));
  };
  for (let index = 0; index < files; index += 1) {
    if (index % IN_A_FOLDER === 0) mkdirSync(dirname(nameOf(index)));
    fill(index);
  }
  let changedUpTo = 0;
  let repositories: string | undefined;
  return {
    title: `a folder of ${files.toLocaleString('en-GB')} files, 1 % changed`,
    bytes: await bytesOf(folder),
    oneRepository: true,
    warmUp: true,
    before: () => {
      const end = changedUpTo + Math.ceil(files * CHANGED_EACH_ROUND);
      for (; changedUpTo < end; changedUpTo += 1) fill(changedUpTo % files);
    },
    raw: {
      title: 'restic backup',
      seconds: async (repository) => {
        repositories = dirname(repository);
        const own = join(repositories, 'raw-kept');
        return secondsOf(await resticOf(folder, own));
      },
    },
    ways: { pawl: { entry: `engine: files, path: ${folder}`, atMost: 1.1 } },
    secrets: {},
    stop: async () => {
      if (repositories !== undefined) {
        const [raw, ours] = [join(repositories, 'raw-kept'), join(repositories, 'repository')];
        const megabytes = async (path: string) => ((await bytesOf(path)) / 1e6).toFixed(0);
        console.log(
          `repositories: restic's ${await megabytes(raw)} MB, pawl's ${await megabytes(ours)} MB`,
        );
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function bytesOf(folder: string): Promise<number> {
  const { stdout } = await run('du', ['-sb', folder]);
  return Number(stdout.split('\t')[0]);
}
