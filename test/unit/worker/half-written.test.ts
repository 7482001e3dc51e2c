import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimDatabase, writeClientConfig } from '../../../worker/server/dev-server';
import { takeServerLock } from '../../../worker/server/server-lock';
import {
  endLeftovers,
  readServerState,
  writeServerState,
  type ServerState,
} from '../../../worker/server/state-file';

/*
 * A power cut or a full disk may leave any file of pawl's cut off anywhere, also those of versions that did not flush
 * them. Whatever is left, the next start goes on.
 */
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-half-written-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function cutAtEveryLength(file: string, start: () => Promise<unknown>): Promise<void> {
  const whole = await readFile(file);
  for (let length = 0; length < whole.length; length += 1) {
    await writeFile(file, whole.subarray(0, length));
    await start();
  }
}

it('starts on a lock file that was cut off at any length', async () => {
  const file = join(folder, 'server.lock');
  const dead = JSON.stringify({ pid: 1, started: 'before the power cut' });
  await writeFile(file, `${dead}\n`);
  await cutAtEveryLength(file, async () => {
    await (await takeServerLock(folder)).release();
  });
});

it('starts on a server.json that was cut off at any length', async () => {
  const gone = { pid: 2 ** 22 + 1, started: 'before the power cut' };
  const state: ServerState = {
    ...{ state: 'ready', pid: gone.pid, address: '127.0.0.1:7233', namespace: 'default' },
    ...{ temporal: gone, worker: { ...gone, health: '127.0.0.1:8234' } },
  };
  await writeServerState(folder, state);
  expect(await readServerState(folder)).toEqual(state);
  await cutAtEveryLength(join(folder, 'server.json'), () => endLeftovers(folder));
});

it('starts on notes about its database that were cut off at any length', async () => {
  await writeFile(join(folder, 'temporal.db'), 'SQLite format 3');
  const stamp = join(folder, 'temporal.db.version');
  await writeFile(stamp, '1.8.2\n');
  await cutAtEveryLength(stamp, async () => {
    await claimDatabase(folder, '1.8.2');
    expect(await readFile(stamp, 'utf8')).toBe('1.8.2\n');
  });
});

it('lets Temporal make a database anew that was left empty', async () => {
  await writeFile(join(folder, 'temporal.db'), '');
  await writeFile(join(folder, 'temporal.db-wal'), 'of the one before');
  await writeFile(join(folder, 'temporal.db.version'), '1.5.0\n');
  await claimDatabase(folder, '1.8.2');
  for (const name of ['temporal.db', 'temporal.db-wal'])
    await expect(readFile(join(folder, name))).rejects.toThrow('ENOENT');
  expect(await readFile(join(folder, 'temporal.db.version'), 'utf8')).toBe('1.8.2\n');
});

it("writes the clients' settings anew, whatever is left of them", async () => {
  const server = { stateDirectory: folder, port: 7233, namespace: 'default' };
  const file = await writeClientConfig(server);
  const whole = await readFile(file, 'utf8');
  await cutAtEveryLength(file, async () => {
    await writeClientConfig(server);
    expect(await readFile(file, 'utf8')).toBe(whole);
  });
});
