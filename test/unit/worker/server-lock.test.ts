import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify } from '../../../activities/adapters/process/process-identity';
import { takeServerLock } from '../../../worker/server/server-lock';

describe('the lock of a state directory', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pawl-lock-'));
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is refused while its owner lives, and free again when it is given back', async () => {
    const lock = await takeServerLock(directory);
    await expect(takeServerLock(directory)).rejects.toThrow(`process id ${process.pid}`);
    await lock.release();
    await (await takeServerLock(directory)).release();
    expect(await readdir(directory)).toEqual([]);
  });

  it('is taken over from a dead owner by exactly one of several that try', async () => {
    const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    const owner = await identify(child.pid ?? 0);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await writeFile(join(directory, 'server.lock'), JSON.stringify(owner));

    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, () => takeServerLock(directory)),
    );

    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(directory)).toEqual(['server.lock']);
  });

  it('is taken over when its owner’s process id belongs to another process now', async () => {
    const stranger = { pid: process.pid, started: 'before the last reboot' };
    await writeFile(join(directory, 'server.lock'), JSON.stringify(stranger));
    await takeServerLock(directory);
    const owner: unknown = JSON.parse(await readFile(join(directory, 'server.lock'), 'utf8'));
    expect(owner).toMatchObject((await identify(process.pid)) ?? {});
  });
});
