import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distFile } from '../../worker/dist-file';
import { startBrowser, type Browser } from '../support/browser';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { runProcess } from '../support/run-process';
import { testKeyFile } from '../support/sealed';
import { ServerProcess } from '../support/server-process';

/** In the input of the run, and in its failure. */
const SENTINEL = 'sentinel-9f2c';
/** Of a step. */
const TITLE = 'look at the repository';

describeWith(['temporal', 'restic', 'chromium'], "Temporal's pages of a run that failed", () => {
  let directory: string;
  let server: ServerProcess | undefined;
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
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
    await server?.nothingLeftWaiting();
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

  const shown = (...words: readonly string[]): Promise<string> =>
    until(async () => {
      const text = await browser.text();
      return words.every((word) => text.includes(word)) ? text : undefined;
    }, 60);

  it('show its input, its failure, its page and the titles of its steps to who may read the key', async () => {
    const run = await failedRun();
    await browser.open(run);
    await shown('melvin/1', `./${SENTINEL}`, `no repository at ./${SENTINEL}`, TITLE);
    await browser.follow('User Metadata');
    await shown('backup of melvin: failed', `✔ ${TITLE}`);
  });

  it('show nothing of it with --ui-sealed', async () => {
    const run = await failedRun('--ui-sealed');
    await browser.open(run);
    const history = await shown('melvin/1', 'observeRepository');
    expect(history).not.toContain(SENTINEL);
    expect(history).not.toContain(TITLE);
    await browser.follow('User Metadata');
    expect(await shown('Current Details')).not.toContain(SENTINEL);
  });
});
