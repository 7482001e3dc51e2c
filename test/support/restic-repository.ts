import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Snapshot } from '../../activities/adapters/restic/snapshot';
import { createResticRepositories } from '../../activities/adapters/restic/create-restic-repositories';
import { hostRunner } from '../../activities/adapters/process/run-command';
import type { Repository } from '../../activities/ports/repository';
import type { RepositoryDescription } from '../../workflows/model/stack';
import { createQuickRepository } from './quick-repository';

const PASSWORD = 'correct horse';

/** A restic repository in a folder of its own; absent until it is prepared, or initialised. */
export interface ResticRepository {
  /** Everything of it, the cache included. */
  readonly directory: string;
  /** The repository itself. */
  readonly folder: string;
  readonly description: RepositoryDescription;
  readonly open: (options?: {
    password?: string;
    url?: string;
    environment?: RepositoryDescription['environment'];
  }) => Repository;
  /** Creates it without the half second of CPU that every opening of one of restic's own takes. */
  readonly prepare: () => Promise<void>;
  /** Runs restic on it, not by way of the adapter. */
  readonly restic: (...args: readonly string[]) => Promise<string>;
  /** Every snapshot, as restic itself lists them. */
  readonly snapshots: () => Promise<readonly Snapshot[]>;
  readonly locks: () => Promise<readonly string[]>;
  readonly remove: () => Promise<void>;
}

/** The restic that the global setup found. */
export function resticProgram(): string {
  const program = process.env['PAWL_RESTIC'];
  if (program === undefined)
    throw new Error('PAWL_RESTIC is not set: describeWith([restic]) first');
  return program;
}

/** What restic needs to open it, for programs that the tests start themselves. */
export function resticEnvironment(repository: Pick<ResticRepository, 'directory' | 'folder'>) {
  return {
    RESTIC_REPOSITORY: repository.folder,
    RESTIC_PASSWORD: PASSWORD,
    RESTIC_CACHE_DIR: join(repository.directory, 'cache'),
  };
}

export async function createResticRepository(): Promise<ResticRepository> {
  const directory = await mkdtemp(join(tmpdir(), 'pawl-restic-'));
  const folder = join(directory, 'repository');
  const description = describeRepository(folder);
  const env = resticEnvironment({ directory, folder });
  const restic = async (...args: readonly string[]): Promise<string> =>
    (await hostRunner.run([resticProgram(), ...args], { env })).stdout;
  return {
    directory,
    folder,
    description,
    open: ({ password = PASSWORD, url = folder, environment = {} } = {}) =>
      openRepository(directory, { ...description, url, environment }, password),
    prepare: () => createQuickRepository(folder, PASSWORD),
    restic,
    snapshots: async () =>
      JSON.parse(await restic('snapshots', '--json', '--no-lock')) as Snapshot[],
    locks: () => locksIn(folder),
    remove: () => rm(directory, { recursive: true }),
  };
}

/** Without those that are being written. */
async function locksIn(folder: string): Promise<string[]> {
  const files = await readdir(join(folder, 'locks'));
  return files.filter((name) => /^[0-9a-f]{64}$/.test(name));
}

function describeRepository(url: string): RepositoryDescription {
  return { url, password: { env: 'REPOSITORY_PASSWORD' }, initialise: true, environment: {} };
}

function openRepository(
  directory: string,
  description: RepositoryDescription,
  password: string,
): Repository {
  const open = createResticRepositories({
    restic: resticProgram(),
    runner: hostRunner,
    cacheDirectory: join(directory, 'cache'),
  });
  const site = { stack: 'melvin', directory, secret: () => Promise.resolve(password) };
  return open(site, description);
}
