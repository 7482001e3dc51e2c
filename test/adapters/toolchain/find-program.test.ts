import { readFile } from 'node:fs/promises';
import { find, findProgram, locate, locateProgram } from '../../../toolchain/find-program';
import { programs } from '../../../toolchain/programs';
import { Machine, script, tinyProgram } from './tiny-program';

let machine: Machine;
beforeEach(async () => {
  machine = await Machine.create();
});
afterEach(() => machine.remove());

describe('the environment variable', () => {
  it('comes first', async () => {
    const named = await machine.put('elsewhere/tiny', script('1.5.0'));
    await machine.put('bin/tiny', script('1.9.0'));
    machine.environment['PAWL_TINY'] = named;
    await expect(find(tinyProgram(), machine.surroundings)).resolves.toEqual({
      path: named,
      version: '1.5.0',
      origin: 'environment',
    });
  });

  it('is an error when it points nowhere, also when another way would do', async () => {
    await machine.put('bin/tiny', script('1.9.0'));
    machine.environment['PAWL_TINY'] = '/nowhere/tiny';
    await expect(find(tinyProgram(), machine.surroundings)).rejects.toThrow(
      'PAWL_TINY is /nowhere/tiny, which is not an executable file',
    );
  });

  it('is an error when the version does not fit, and says which it is', async () => {
    machine.environment['PAWL_TINY'] = await machine.put('old', script('1.1.9'));
    await expect(locate(tinyProgram(), machine.surroundings)).rejects.toThrow(
      'is 1.1.9; pawl needs 1.2.0 or newer, not 1.2.1',
    );
  });

  it('is the first place for every real program', async () => {
    for (const program of Object.values(programs)) {
      const environment = { ...machine.environment, [program.environmentVariable]: '/nowhere' };
      const name = program.name as keyof typeof programs;
      await expect(findProgram(name, { environment })).rejects.toThrow(/\/nowhere/);
    }
  });
});

it('asks a program for its version once, and again when the file is another one', async () => {
  const version = async () => (await find(tinyProgram(), machine.surroundings)).version;
  const asked = machine.file('asked');
  const noting = (answer: string) => `${script(answer).toString()}echo >>'${asked}'\n`;
  await machine.put('bin/tiny', noting('1.5.0'));
  expect([await version(), await version()]).toEqual(['1.5.0', '1.5.0']);
  expect(await readFile(asked, 'utf8')).toBe('\n');
  await machine.put('bin/tiny', noting('1.10.0'));
  expect(await version()).toBe('1.10.0');
});

describe('PATH', () => {
  it('gives the first program whose version fits', async () => {
    await machine.put('one/tiny', script('1.1.0'));
    await machine.put('two/tiny', script('1.2.1'));
    const fitting = await machine.put('three/tiny', script('1.10.0'));
    await machine.put('four/tiny', script('1.2.3'));
    machine.environment['PATH'] = ['one', 'two', 'three', 'four']
      .map((folder) => machine.file(folder))
      .join(':');
    await expect(find(tinyProgram(), machine.surroundings)).resolves.toEqual({
      path: fitting,
      version: '1.10.0',
      origin: 'path',
    });
  });

  it('includes the plugin folders of the Docker CLI for a plugin', async () => {
    const plugin = await machine.put('.docker/cli-plugins/tiny', script('1.2.3'));
    const program = { ...tinyProgram(), dockerPlugin: true };
    await expect(find(program, machine.surroundings)).resolves.toMatchObject({ path: plugin });
  });

  it('comes before the cache', async () => {
    const onPath = await machine.put('bin/tiny', script('1.2.3'));
    await machine.put('cache/programs/tiny-1.2.3-linux-amd64/tiny', script('1.2.3'));
    await expect(find(tinyProgram(), machine.surroundings)).resolves.toMatchObject({
      path: onPath,
    });
  });
});

describe('the cache', () => {
  it('is used without asking anybody', async () => {
    await machine.put('cache/programs/tiny-1.2.3-linux-amd64/tiny', script('1.2.3'));
    await expect(find(tinyProgram(), machine.surroundings)).resolves.toEqual({
      path: machine.cached,
      version: '1.2.3',
      origin: 'cache',
    });
    expect(machine.reported).toEqual([]);
  });

  it.each([
    ['cut off', Buffer.from('#!/bin/sh\necho ti')],
    ['empty', Buffer.alloc(0)],
    ['another version', script('1.2.2')],
  ])('does not give a file that is %s', async (_title, content) => {
    await machine.put('cache/programs/tiny-1.2.3-linux-amd64/tiny', content);
    await expect(locate(tinyProgram(), machine.surroundings)).resolves.not.toHaveProperty('path');
    await expect(readFile(machine.cached)).resolves.toEqual(content);
  });
});

it('says of a program that is nowhere each way that was tried and why it failed', async () => {
  await machine.put('bin/tiny', script('1.0.0'));
  const error = await find(tinyProgram(), machine.surroundings).catch(String);
  expect(error).toContain('tiny (1.2.0 or newer, not 1.2.1) was not found and could not be got');
  expect(error).toContain('PAWL_TINY is not set');
  expect(error).toContain(`path: ${machine.file('bin/tiny')} is 1.0.0`);
  expect(error).toContain(`cache: not in ${machine.file('cache')}`);
  expect(error).toContain('download: there is no release of it');
  expect(error).toContain(`built: no pinned module in ${machine.file('modules/tiny')}`);
  expect(error).toContain('PAWL_TINY=/path/to/tiny');
});

it('locates without downloading or building anything', async () => {
  const { environment } = machine;
  const report = (line: string) => machine.reported.push(line);
  await expect(locateProgram('ferretdb', { environment, report })).resolves.toBeUndefined();
  expect(machine.reported).toEqual([]);
});
