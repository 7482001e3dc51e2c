import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { restoreTarget, type RestoreTarget } from '../../../workflows/model/restore-target';
import { describeWith } from '../../support/requirements';
import type { EngineBench } from '../engine-contract';
import { EngineUser, type WholeDump } from '../engine-user';
import { newDirectory, sqlite, sqliteBench } from './sqlite-bench';

/** Whatever changes a name or a file. */
const EFFECTS = ['rename', 'mkdir', 'writeFile', 'rm', 'chmod', 'chown'] as const;

/** More than a swap has. */
const MOST_EFFECTS = 40;

describeWith(['sqlite'], 'a swap of a SQLite database that dies behind each of its effects', () => {
  let directory: string;
  let bench: EngineBench;
  let user: EngineUser;
  let dump: WholeDump;
  let target: RestoreTarget;
  let runNumber = 0;

  beforeAll(async () => {
    directory = await newDirectory();
    bench = sqliteBench(directory, await newDirectory());
    user = new EngineUser(bench);
  });
  afterAll(() => bench.stop());
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const file = (): string => join(directory, 'app.db');
  const rows = (): string => sqlite(file(), 'SELECT n FROM t').trim();

  /** The old database has its last commit in its WAL only. */
  async function readyToSwap(hasOld: boolean): Promise<void> {
    for (const name of await readdir(directory))
      await rm(join(directory, name), { recursive: true });
    sqlite(file(), 'PRAGMA journal_mode = WAL; CREATE TABLE t (n); INSERT INTO t VALUES (1);');
    dump = await user.dump('app.db');
    const child = spawn('sqlite3', ['-batch', file()], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.write("UPDATE t SET n = 2;\nSELECT 'done';\n");
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    if (!hasOld) await bench.remove('app.db');
    target = restoreTarget('app.db', ++runNumber);
    await user.restoreBeside(dump, target);
  }

  /** Whether it came so far. */
  async function dieBehind(effect: number, work: () => Promise<unknown>): Promise<boolean> {
    let left = effect;
    for (const name of EFFECTS) {
      const real = fs[name] as (...args: unknown[]) => Promise<unknown>;
      jest.spyOn(fs, name).mockImplementation((async (...args: unknown[]) => {
        if (left === 0) throw new Error('dead');
        const answer = await real(...args);
        left -= 1;
        if (left === 0) throw new Error('dead');
        return answer;
      }) as never);
    }
    const isDead = await work().then(
      () => false,
      () => left === 0,
    );
    jest.restoreAllMocks();
    return isDead;
  }

  it.each([true, false])('goes on (with a database to replace: %s)', async (hasOld) => {
    let deaths = 0;
    for (let effect = 1; effect < MOST_EFFECTS; effect += 1) {
      await readyToSwap(hasOld);
      if (!(await dieBehind(effect, () => user.swap(dump, target)))) break;
      deaths += 1;
      expect({ effect, ...(await user.swap(dump, target)) }).toEqual({ effect, kept: hasOld });
      const names = (await readdir(directory)).sort();
      expect({ effect, rows: rows(), names }).toEqual({
        effect,
        rows: '1',
        names: ['app.db', `app.db${target.keepSuffix}`],
      });
      await user.discardKept(dump, target);
    }
    expect(deaths).toBeGreaterThan(hasOld ? 6 : 3);
  });

  it.each([true, false])('is undone (with a database to replace: %s)', async (hasOld) => {
    let deaths = 0;
    for (let effect = 1; effect < MOST_EFFECTS; effect += 1) {
      await readyToSwap(hasOld);
      const isDead = await dieBehind(effect, () => user.swap(dump, target));
      await user.swapBack(dump, target);
      await expectUndone(effect, hasOld);
      if (!isDead) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(hasOld ? 6 : 3);
  });

  it.each([true, false])(
    'goes on being undone (with a database to replace: %s)',
    async (hasOld) => {
      let deaths = 0;
      for (let effect = 1; effect < MOST_EFFECTS; effect += 1) {
        await readyToSwap(hasOld);
        await user.swap(dump, target);
        const isDead = await dieBehind(effect, () => user.swapBack(dump, target));
        await user.swapBack(dump, target);
        await expectUndone(effect, hasOld);
        if (!isDead) break;
        deaths += 1;
      }
      expect(deaths).toBeGreaterThan(hasOld ? 5 : 3);
    },
  );

  async function expectUndone(effect: number, hasOld: boolean): Promise<void> {
    await user.discardBeside(dump, target);
    const names = (await readdir(directory)).filter((name) => !/-(wal|shm)$/.test(name));
    expect({ effect, names }).toEqual({ effect, names: hasOld ? ['app.db'] : [] });
    if (hasOld) expect({ effect, rows: rows() }).toEqual({ effect, rows: '2' });
  }
});
