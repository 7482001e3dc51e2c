import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findProgram } from '../../../activities/adapters/process/find-program';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import { runToEnd } from '../../../activities/adapters/process/run-to-end';
import type { CommandRunner } from '../../../activities/ports/command-runner';
import { engineContract } from '../engine-contract';
import { folderBench, newDirectory } from './folder-bench';

const APPLETS = ['tar', 'find', 'ls', 'mv', 'mkdir', 'rm', 'du', 'sync'];

const hasBusyBox = (() => {
  try {
    execFileSync('busybox', ['true']);
    return true;
  } catch {
    return false;
  }
})();

(hasBusyBox ? describe : describe.skip)('files with the programs of BusyBox', () => {
  let folder = '';
  let applets: CommandRunner;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pawl-busybox-'));
    const program = await findProgram('busybox', process.env['PATH'] ?? '', '/');
    for (const name of APPLETS) symlinkSync(program, join(folder, name));
    const path = [folder, process.env['PATH']].join(delimiter);
    applets = {
      location: 'host',
      spawn: (argv, options) => hostRunner.spawn(argv, { ...options, env: { PATH: path } }),
      run: (argv, options) => runToEnd(applets, argv, options),
    };
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  engineContract('a folder of the host', async () =>
    folderBench(await newDirectory(), { hostRunner: applets, wholeSeconds: true }),
  );
});
