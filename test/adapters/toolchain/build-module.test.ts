import { spawnSync } from 'node:child_process';
import { goBuildArguments } from '../../../toolchain/build-module';
import { find } from '../../../toolchain/find-program';
import { programs } from '../../../toolchain/programs';
import { ReleaseServer } from './release-server';
import { Machine, script, tinyProgram } from './tiny-program';

const MAIN = `package main

import "os"

var version = "none"

func main() { os.Stdout.WriteString("tiny " + version + "\\n") }
`;

const go = spawnSync('go', ['version']).status === 0;
const describeWithGo = go ? describe : describe.skip;

describeWithGo(`the build from a pinned module${go ? '' : ' (needs go)'}`, () => {
  let machine: Machine;
  beforeEach(async () => {
    machine = await Machine.create();
    machine.environment['PATH'] = process.env['PATH'];
    // Go's own folders stay this machine's, so that the standard library is compiled once.
    machine.environment['HOME'] = process.env['HOME'];
    await machine.put('modules/tiny/go.mod', 'module tiny\n\ngo 1.20\n');
    await machine.put('modules/tiny/main.go', MAIN);
  });
  afterEach(() => machine.remove());

  it('makes the program, tells that it does, and finds it in the cache afterwards', async () => {
    const found = { path: machine.cached, version: '1.2.3' };
    await expect(find(tinyProgram(), machine.surroundings)).resolves.toEqual({
      ...found,
      origin: 'built',
    });
    expect(machine.reported.join('\n')).toContain('tiny 1.2.3: building with Go');
    await expect(find(tinyProgram(), machine.surroundings)).resolves.toEqual({
      ...found,
      origin: 'cache',
    });
  });

  it('follows when the download has failed, and says why that was', async () => {
    const server = await ReleaseServer.serving(Buffer.from('not what it should be'));
    machine.environment['PAWL_DOWNLOAD_BASE'] = server.url;
    const tiny = tinyProgram({ packed: script('1.2.3'), packing: 'plain' });
    try {
      const found = await find(tiny, machine.surroundings);
      expect(found.origin).toBe('built');
    } finally {
      await server.stop();
    }
    expect(machine.reported.join('\n')).toMatch(/download: .* has SHA-256/);
  });

  it("gives Go's words when the module does not compile", async () => {
    await machine.put('modules/tiny/main.go', MAIN.replace('version =', 'version := oops'));
    await expect(find(tinyProgram(), machine.surroundings)).rejects.toThrow(
      /built: go build ended with exit code 1: [^]*main\.go:5/,
    );
  });

  it('says so when there is no Go', async () => {
    machine.environment['PATH'] = machine.file('bin');
    await expect(find(tinyProgram(), machine.surroundings)).rejects.toThrow(
      /built: Go cannot be run/,
    );
  });
});

it('builds FerretDB without the backend that would need a PostgreSQL', () => {
  expect(goBuildArguments(programs.ferretdb, '/tmp/ferretdb')).toEqual([
    'build',
    '-v',
    '-trimpath',
    '-mod=readonly',
    '-tags',
    'ferretdb_no_postgresql',
    '-buildvcs=false',
    '-ldflags',
    '-s -w',
    '-o',
    '/tmp/ferretdb',
    '.',
  ]);
});
