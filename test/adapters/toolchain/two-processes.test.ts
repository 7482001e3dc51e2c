import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, utimes } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { find } from '../../../toolchain/find-program';
import { until } from '../../support/processes';
import { ReleaseServer } from './release-server';
import { Machine, script, tinyProgram } from './tiny-program';

const content = script('1.2.3');
const tiny = tinyProgram({ packed: content, packing: 'plain' });

let machine: Machine;
let server: ReleaseServer;
let release: (() => void)[];
beforeEach(async () => {
  machine = await Machine.create();
  release = [];
  // Every answer waits until the test lets it go: so the test decides what happens meanwhile.
  server = await ReleaseServer.start((_request, response) => {
    response.write(content.subarray(0, 9));
    release.push(() => response.end(content.subarray(9)));
  });
  machine.environment['PAWL_DOWNLOAD_BASE'] = server.url;
});
afterEach(async () => {
  await server.stop();
  await machine.remove();
});

function findInChild(): ChildProcess {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const script = path.join(__dirname, 'find-in-child.ts');
  const argument = JSON.stringify({ ...tiny, sha256 });
  return spawn(process.execPath, ['--import', 'tsx', script, argument], {
    env: { ...machine.environment, PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function oneRequest(): Promise<void> {
  await until(() => (release.length > 0 ? true : undefined));
}

it('lets two processes at once do the work once', async () => {
  const first = findInChild();
  await oneRequest();
  const second = findInChild();
  const told = text(second.stderr as NodeJS.ReadableStream);
  const waiting = once(second.stderr as NodeJS.ReadableStream, 'data');
  await waiting;
  release[0]?.();
  const found = await Promise.all(
    [first, second].map((child) => text(child.stdout as NodeJS.ReadableStream)),
  );
  expect(found.map((line) => (JSON.parse(line) as { origin: string }).origin)).toEqual([
    'download',
    'cache',
  ]);
  await expect(told).resolves.toContain(`process ${String(first.pid)} on`);
  expect(server.requests).toBe(1);
});

it('takes over from an owner that was killed, and removes what it left half-written', async () => {
  const victim = findInChild();
  await oneRequest();
  const folder = path.dirname(machine.cached);
  await until(async () => ((await readdir(folder)).length > 0 ? true : undefined));
  victim.kill('SIGKILL');
  await once(victim, 'exit');
  expect(existsSync(`${folder}.lock`)).toBe(true);

  const finding = find(tiny, machine.surroundings);
  await until(() => (release.length > 1 ? true : undefined));
  release[1]?.();
  await expect(finding).resolves.toMatchObject({ origin: 'download', path: machine.cached });
  await expect(readdir(folder)).resolves.toEqual(['tiny']);
  expect(existsSync(`${folder}.lock`)).toBe(false);
});

it('takes over a lock that nobody has renewed for long, whoever its owner was', async () => {
  const owner = { pid: 1, started: 'some time', host: 'other-machine' };
  const file = 'cache/programs/tiny-1.2.3-linux-amd64.lock';
  const lock = await machine.put(file, JSON.stringify(owner));
  const longAgo = new Date(Date.now() - 61_000);
  await utimes(lock, longAgo, longAgo);
  const finding = find(tiny, machine.surroundings);
  await oneRequest();
  release[0]?.();
  await expect(finding).resolves.toMatchObject({ origin: 'download' });
});
