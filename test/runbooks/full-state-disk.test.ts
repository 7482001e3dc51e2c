import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distFile } from '../../worker/dist-file';
import { withoutTemporalSettings } from '../../worker/server/server-config';
import { until } from '../support/processes';
import { createQuickRepository } from '../support/quick-repository';
import { describeWith } from '../support/requirements';
import { runProcess, type ProcessResult } from '../support/run-process';
import { ServerProcess } from '../support/server-process';
import { canMount, mountSmallDisk, type SmallDisk } from './support/small-disk';

const PASSWORD = 'correct horse';
/** Room enough for a server to say nothing of it. */
const MEGABYTES = 100;

describeWith(['temporal', 'restic'], 'a full disk of the state directory', () => {
  (canMount ? describe : describe.skip)('(mounting needs root)', () => {
    let directory: string;
    let disk: SmallDisk;
    let server: ServerProcess;
    let state: string;

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'pawl-full-'));
      state = join(directory, 'state');
      disk = await mountSmallDisk(state, MEGABYTES);
      await mkdir(join(directory, 'uploads'));
      await createQuickRepository(join(directory, 'repository'), PASSWORD);
      const lines = [
        'stack: melvin',
        'repository: {url: ./repository, password: {env: REPOSITORY_PASSWORD}}',
        'protect: {uploads: {engine: files, path: ./uploads}}',
      ];
      await writeFile(join(directory, 'pawl.yaml'), `${lines.join('\n')}\n`);
      // With a key of its own, which is found beside the configuration.
      const env = { ...process.env, REPOSITORY_PASSWORD: PASSWORD, PAWL_KEY_FILE: undefined };
      server = await ServerProcess.start(state, [], env);
      await server.ready();
    });

    afterAll(async () => {
      await server.nothingLeftWaiting();
      await server.kill('SIGTERM');
      await disk.unmount();
      await rm(directory, { recursive: true, force: true });
    });

    it('is said by every command with its place, by doctor, and by the server; then all goes on', async () => {
      expect(await pawl('backup', '--json')).toMatchObject({ code: 0 });

      await fill();
      await until(async () => ((await server.output()).includes('is full') ? true : undefined));
      const told = `cannot work: the disk of its state directory ${state} is full.`;
      for (const command of [['backup'], ['freeze', '-m', 'x']]) {
        const refused = await pawl(...command);
        expect(refused).toMatchObject({ code: 6 });
        expect(refused.stderr).toContain(told);
      }
      expect((await pawl('doctor')).stdout).toContain(told);

      await rm(join(state, 'filling'));
      await until(async () => ((await server.output()).includes('room again') ? true : undefined));
      const again = await until(async () => {
        const result = await pawl('backup', '--json');
        return result.code === 0 ? result : undefined;
      }, 60);
      expect(again.stdout).toContain('"outcome"');
    });

    const fill = () =>
      writeFile(join(state, 'filling'), Buffer.alloc(MEGABYTES * 2 ** 20)).catch(() => undefined);

    function pawl(...args: readonly string[]): Promise<ProcessResult> {
      const env = {
        ...withoutTemporalSettings(process.env),
        TEMPORAL_CONFIG_FILE: join(state, 'temporal.toml'),
      };
      const argv = [process.execPath, distFile('client', 'main.js'), ...args];
      return runProcess(argv, { cwd: directory, env, timeoutSeconds: 100 });
    }
  });
});
