import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { makeReady } from '../../../toolchain/make-ready';
import { processesWith, until } from '../../support/processes';
import { putStandInGo } from './stand-in-go';
import { Machine } from './tiny-program';

let machine: Machine;
beforeEach(async () => {
  machine = await Machine.create();
  machine.environment['PATH'] = `${machine.file('bin')}:${process.env['PATH'] ?? ''}`;
});
afterEach(() => machine.remove());

function readyInChild(): ChildProcess {
  const script = path.join(__dirname, 'ready-in-child.ts');
  return spawn(process.execPath, ['--import', 'tsx', script], {
    env: machine.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

it('builds what is missing, tells how far each is, and finds all of it afterwards', async () => {
  await putStandInGo(machine, '0.6');
  const lines: string[] = [];
  const options = {
    environment: machine.environment,
    report: (line: string) => lines.push(line),
  };

  const built = await makeReady(['temporal', 'restic'], options);

  expect([built.temporal.origin, built.restic.origin]).toEqual(['built', 'built']);
  expect(lines).toContainEqual(
    expect.stringMatching(/^temporal 1\.8\.2: building, [12] of 3 pack/),
  );
  expect(lines).toContainEqual(expect.stringMatching(/^restic 0\.19\.1: building, [12] of 3 pack/));
  const found = await makeReady(['temporal', 'restic'], options);
  expect([found.temporal.origin, found.restic.origin]).toEqual(['cache', 'cache']);
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'leaves no process of a build behind when it ends by %s',
  async (signal) => {
    await putStandInGo(machine, '1000.125');
    const child = readyInChild();
    const sleeping = await until(async () => {
      const found = await processesWith('sleep 1000.125');
      return found.length > 0 ? found : undefined;
    });
    expect(sleeping).toHaveLength(1);

    child.kill(signal);
    await once(child, 'exit');

    expect(child.signalCode).toBe(signal);
    await until(async () =>
      (await processesWith('sleep 1000.125')).length === 0 ? true : undefined,
    );
    expect(await processesWith(machine.file('bin/go'))).toEqual([]);
  },
);

it('names every program that neither can be downloaded nor built, how to get it, and what was tried', async () => {
  machine.environment['PATH'] = machine.file('bin');
  const child = readyInChild();
  const told = await text(child.stderr as NodeJS.ReadableStream);
  expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(1);
  for (const [name, variable] of [
    ['temporal (1.5.0 or newer)', 'PAWL_TEMPORAL=/path/to/temporal'],
    ['restic (0.17.1 or newer)', 'PAWL_RESTIC=/path/to/restic'],
  ]) {
    expect(told).toContain(`${name ?? ''} was not found and could not be got. Tried:`);
    expect(told).toContain(variable);
  }
  expect(told.match(/download: fetch failed/g)).toHaveLength(4);
  expect(told.match(/built: Go cannot be run/g)).toHaveLength(4);
});

it('begins no build when it is already asked to stop', async () => {
  await putStandInGo(machine);
  const options = { environment: machine.environment, signal: AbortSignal.abort() };
  await expect(makeReady(['restic'], options)).rejects.toThrow(/abort/);
  expect(await processesWith(machine.file('bin/go'))).toEqual([]);
});
