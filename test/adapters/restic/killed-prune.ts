import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pruneArguments } from '../../../activities/adapters/restic/arguments';
import { resticEnvironment, resticProgram } from '../../support/restic-repository';
import { attemptOf } from './fixtures';
import { createTendedRepository, STACK, type TendedRepository } from './upkeep-fixture';

/** Oldest first. Each shares data with the next one: packs that are half needed are repacked. */
const POINTS = ['g1', 'k1', 'g2', 'g3', 'k2', 'g4', 'g5', 'k3'];
const GOING = POINTS.filter((key) => key.startsWith('g'));
const KEPT = POINTS.filter((key) => key.startsWith('k'));

interface Killed {
  /** In the repository's folders, as far as the prune came. */
  readonly changes: number;
  /** Before its end. */
  readonly wasKilled: boolean;
}

/** A repository of which some points are forgotten; each prune begins with it as it was then. */
export class KilledPrunes {
  private constructor(
    private readonly repository: TendedRepository,
    private readonly contents: ReadonlyMap<string, Buffer>,
    private readonly pristine: string,
  ) {}

  static async prepare(): Promise<KilledPrunes> {
    const repository = await createTendedRepository();
    const contents = new Map<string, Buffer>();
    for (const [index, key] of POINTS.entries()) {
      contents.set(key, await repository.storePoint(key, 20 - index));
    }
    await repository.upkeep().forget(STACK, { runKeys: GOING }, attemptOf());
    const pristine = join(repository.directory, 'pristine');
    await cp(repository.folder, pristine, { recursive: true });
    return new KilledPrunes(repository, contents, pristine);
  }

  /** On a busy machine a kill may come when the prune has ended: then it is tried again, a little earlier. */
  private async prune(afterChanges: number): Promise<Killed> {
    for (let after = afterChanges; ; after = Math.floor(after * 0.8)) {
      await rm(this.repository.folder, { recursive: true });
      await cp(this.pristine, this.repository.folder, { recursive: true });
      const killed = await pruneUntil(this.repository, after);
      if (after === Infinity || killed.wasKilled || after < 2) return killed;
    }
  }

  remove(): Promise<void> {
    return this.repository.remove();
  }

  /**
   * A prune that is killed after so many changes in the repository (default: never). Throws unless restic's own check of all
   * data is clean right after it and again after the upkeep's next prune, and the points that stay are what they were.
   */
  async kill(afterChanges = Infinity): Promise<Killed> {
    const { repository } = this;
    const killed = await this.prune(afterChanges);
    await checkAll(repository);
    await repository.upkeep().prune(attemptOf());
    await checkAll(repository);
    for (const key of KEPT) {
      const read = await repository.readPoint(key);
      if (!read.equals(this.contents.get(key) ?? Buffer.alloc(0))) throw new Error(`${key}: torn`);
    }
    if ((await repository.locks()).length > 0) throw new Error('a lock is left');
    return killed;
  }
}

function checkAll(repository: TendedRepository): Promise<string> {
  return repository.restic('check', '--read-data', '--no-lock');
}

async function pruneUntil(repository: TendedRepository, afterChanges: number): Promise<Killed> {
  const data = await readdir(join(repository.folder, 'data'), { withFileTypes: true });
  const packFolders = data.filter((entry) => entry.isDirectory()).map(({ name }) => `data/${name}`);
  const env = { ...process.env, ...resticEnvironment(repository) };
  const child = spawn(resticProgram(), pruneArguments('50G'), { env, stdio: 'ignore' });
  let changes = 0;
  const watchers = ['index', 'locks', 'data', ...packFolders].map((folder) =>
    watch(join(repository.folder, folder), () => {
      changes += 1;
      if (changes === afterChanges) child.kill('SIGKILL');
    }),
  );
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  for (const watcher of watchers) watcher.close();
  if (signal === null && code !== 0) throw new Error(`prune ended with ${String(code)}`);
  return { changes, wasKilled: signal === 'SIGKILL' };
}
