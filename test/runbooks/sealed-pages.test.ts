import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distFile } from '../../worker/dist-file';
import { pageIn } from '../support/chromium';
import { describeWith } from '../support/requirements';
import { runProcess } from '../support/run-process';
import { testKeyFile } from '../support/sealed';
import { ServerProcess } from '../support/server-process';

/** In the input of the run, and in its failure. */
const SENTINEL = 'sentinel-9f2c';

describeWith(['temporal', 'restic', 'chromium'], "Temporal's pages of a run that failed", () => {
  let directory: string;
  let server: ServerProcess | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pawl-pages-'));
    await mkdir(join(directory, 'uploads'));
    const lines = [
      'stack: melvin',
      `repository: {url: ./${SENTINEL}, password: {env: REPOSITORY_PASSWORD}}`,
      'protect: {uploads: {engine: files, path: ./uploads}}',
    ];
    await writeFile(join(directory, 'pawl.yaml'), `${lines.join('\n')}\n`);
  });
  afterEach(async () => {
    await server?.kill('SIGTERM');
    await rm(directory, { recursive: true, force: true });
  });

  /** Address of the run's pages. */
  const failedRun = async (...flags: readonly string[]): Promise<string> => {
    const env = { ...process.env, REPOSITORY_PASSWORD: 'correct horse' };
    server = await ServerProcess.start(join(directory, 'state'), flags, env, 'with pages');
    const { address, ui = '' } = await server.ready();
    const program = [process.execPath, distFile('client', 'main.js')];
    const sealing = { PAWL_KEY_FILE: testKeyFile(), TEMPORAL_ADDRESS: address };
    const { code } = await runProcess([...program, 'backup'], {
      cwd: directory,
      env: { ...env, ...sealing },
    });
    expect(code).not.toBe(0);
    return `${ui}/namespaces/default/workflows/melvin%2F1`;
  };

  it('show its input, its failure and the titles of its steps to who may read the key', async () => {
    const page = await pageIn(`${await failedRun()}/history`);
    expect(page).toContain(SENTINEL);
    console.log(
      page
        .replace(/<style[^]*?<\/style>|<script[^]*?<\/script>/g, '')
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .slice(0, 6000),
    );
  });

  it('show nothing of it with --ui-sealed', async () => {
    const page = await pageIn(`${await failedRun('--ui-sealed')}/history`);
    expect(page).toContain('melvin/1');
    expect(page).not.toContain(SENTINEL);
  });
});
