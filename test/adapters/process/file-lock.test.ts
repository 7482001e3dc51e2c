import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { takeLock, withFileLock, withLock } from '../../../activities/adapters/process/file-lock';
import { identify } from '../../../activities/adapters/process/process-identity';

const PROCESSES = 8;
const ROUNDS = 25;

let directory: string;
let lock: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pawl-file-lock-'));
  lock = join(directory, 'lock');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Never waits: throws the owner. */
const busy = (owner: object) => Promise.reject(Object.assign(new Error('busy'), owner));

async function work(dies: boolean): Promise<{ exit: unknown; rounds: number }> {
  const script = join(__dirname, 'lock-and-work.ts');
  const argv = ['--import', 'tsx', script, lock, String(ROUNDS), ...(dies ? ['dies'] : [])];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const output = await text(child.stdout);
  const [code, signal] = (await ended) as [number | null, string | null];
  return { exit: signal ?? code, rounds: output.trimEnd().split('\n').length };
}

it('is had by one process at a time, of many of which half are killed while they have it', async () => {
  const ends = await Promise.all(
    Array.from({ length: PROCESSES }, (_, index) => work(index % 2 === 0)),
  );
  expect(ends).toEqual(
    ends.map((_, index) => ({ exit: index % 2 === 0 ? 'SIGKILL' : 0, rounds: ROUNDS })),
  );
  await withLock(lock, () => Promise.resolve());
  expect(await readdir(directory)).toEqual([]);
});

it('is had by one at a time within a process too', async () => {
  let inside = 0;
  const most: number[] = [];
  const one = () =>
    withFileLock(lock, async () => {
      most.push((inside += 1));
      await Promise.resolve();
      inside -= 1;
    });
  await Promise.all(Array.from({ length: 20 }, one));
  expect(Math.max(...most)).toBe(1);
  expect(await readdir(directory)).toEqual([]);
});

it('names its living owner to whoever gives up waiting', async () => {
  const held = await takeLock(lock, busy);
  await expect(
    withLock(lock, () => Promise.resolve(), { atMostMilliseconds: 50 }),
  ).rejects.toMatchObject({
    kind: 'ResourceBusy',
    message: `${lock} is held by process ${process.pid} on ${hostname()}`,
  });
  await held.release();
});

it('is taken over from an owner that has died by exactly one of many that try', async () => {
  for (let time = 0; time < 10; time += 1) {
    await writeFile(lock, JSON.stringify({ pid: 2 ** 22 + 1, started: `then ${time}` }));
    const tries = await Promise.allSettled(
      Array.from({ length: 40 }, async () => {
        await sleep(Math.random() * 8);
        return takeLock(lock, busy);
      }),
    );
    const [taken, ...others] = tries.flatMap((one) =>
      one.status === 'fulfilled' ? [one.value] : [],
    );
    expect(others).toEqual([]);
    await taken?.release();
    expect(await readdir(directory)).toEqual([]);
  }
});

it('is lost by an owner whose id another process has now', async () => {
  await writeFile(lock, JSON.stringify({ pid: process.pid, started: 'before', host: hostname() }));
  const held = await takeLock(lock, busy);
  expect(JSON.parse(await readFile(lock, 'utf8'))).toMatchObject(
    (await identify(process.pid)) ?? {},
  );
  await held.release();
});

it('is left to an owner of another machine as long as it renews it', async () => {
  await writeFile(lock, JSON.stringify({ pid: 2 ** 22 + 1, started: 'x', host: 'elsewhere' }));
  await expect(takeLock(lock, busy)).rejects.toMatchObject({ host: 'elsewhere' });
  const longAgo = new Date(Date.now() - 61_000);
  await utimes(lock, longAgo, longAgo);
  await (await takeLock(lock, busy)).release();
});

it('is not given back by who has lost it', async () => {
  const lost = await takeLock(lock, busy);
  await rm(lock);
  const held = await takeLock(lock, busy);
  await lost.release();
  expect(await readdir(directory)).toEqual(['lock']);
  await held.release();
});

it('is no longer waited for when the waiting is cancelled', async () => {
  const held = await takeLock(lock, busy);
  const ending = new AbortController();
  const waiting = withLock(lock, () => Promise.resolve(), {
    onWait: () => {
      ending.abort();
    },
    signal: ending.signal,
  });
  await expect(waiting).rejects.toThrow(/abort/i);
  await held.release();
});
