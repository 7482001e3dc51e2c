import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pruneArguments } from '../../../activities/adapters/restic/arguments';
import { resticEnvironment, resticProgram } from '../../support/restic-repository';
import { attemptOf } from './fixtures';
import { createTendedRepository, STACK } from './upkeep-fixture';

/** Points that stay, and those that go. */
const KEPT = ['k1', 'k2', 'k3'];
const GOING = ['g1', 'g2', 'g3', 'g4', 'g5'];

/**
 * A prune that is killed after so many changes in the repository (undefined: never), and what becomes of it: restic's own check
 * of all data right after the kill, then the upkeep's next prune, another check, and the points that were to stay.
 * Shape:  how many changes → how many there were, and whether the kill came before the end
 */
export async function killPrune(
  afterChanges: number | undefined,
): Promise<{ readonly changes: number; readonly wasKilled: boolean }> {
  const repository = await createTendedRepository();
  try {
    const contents = new Map<string, Buffer>();
    // Each point shares data with the next one: packs that are half needed are repacked.
    for (const [index, key] of ['g1', 'k1', 'g2', 'g3', 'k2', 'g4', 'g5', 'k3'].entries()) {
      contents.set(key, await repository.storePoint(key, 20 - index));
    }
    const upkeep = repository.upkeep();
    await upkeep.forget(STACK, { runKeys: GOING }, attemptOf());
    const killed = await pruneUntil(repository, afterChanges);
    await checkAll(repository);
    await upkeep.prune(attemptOf());
    await checkAll(repository);
    for (const key of KEPT) {
      const read = await repository.readPoint(key);
      if (!read.equals(contents.get(key) ?? Buffer.alloc(0))) throw new Error(`${key} is torn`);
    }
    if ((await repository.locks()).length > 0) throw new Error('a lock is left');
    return killed;
  } finally {
    await repository.remove();
  }
}

type Repository = Awaited<ReturnType<typeof createTendedRepository>>;

/** Everything, without a look at locks of the dead. */
function checkAll(repository: Repository): Promise<string> {
  return repository.restic('check', '--read-data', '--no-lock');
}

async function pruneUntil(
  repository: Repository,
  afterChanges = Infinity,
): Promise<{ readonly changes: number; readonly wasKilled: boolean }> {
  const folders = ['data', 'index', 'locks'].map((name) => join(repository.folder, name));
  const packs = readdirSync(join(repository.folder, 'data'))
    .map((name) => join(repository.folder, 'data', name))
    .filter((path) => statSync(path).isDirectory());
  const env = { ...process.env, ...resticEnvironment(repository) };
  const child = spawn(resticProgram(), pruneArguments('50G'), { env, stdio: 'ignore' });
  let changes = 0;
  const watchers = [...folders, ...packs].map((folder) =>
    watch(folder, () => {
      changes += 1;
      if (changes === afterChanges) child.kill('SIGKILL');
    }),
  );
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  for (const watcher of watchers) watcher.close();
  if (signal === null && code !== 0) throw new Error(`prune ended with ${String(code)}`);
  return { changes, wasKilled: signal === 'SIGKILL' };
}
