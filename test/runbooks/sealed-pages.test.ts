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

const MODAL = '//*[@data-testid="update-confirmation-modal"]';

describeWith(['temporal', 'restic', 'chromium'], "Temporal's pages", () => {
  let directory: string;
  let server: ServerProcess | undefined;
  let browser: Browser;
  let pages: string;
  const env = { ...process.env, REPOSITORY_PASSWORD: 'correct horse' };

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pawl-pages-'));
    await mkdir(join(directory, 'uploads'));
  });
  afterEach(async () => {
    await server?.nothingLeftWaiting();
    await server?.kill('SIGTERM');
    await rm(directory, { recursive: true, force: true });
  });

  const begin = async (flags: readonly string[], ...more: readonly string[]): Promise<void> => {
    const lines = [
      'stack: melvin',
      `repository: {url: ./${SENTINEL}, password: {env: REPOSITORY_PASSWORD}}`,
      'protect: {uploads: {engine: files, path: ./uploads}}',
      ...more,
    ];
    await writeFile(join(directory, 'pawl.yaml'), `${lines.join('\n')}\n`);
    server = await ServerProcess.start(join(directory, 'state'), flags, env, 'with pages');
    const { ui = '' } = await server.ready();
    pages = `${ui}/namespaces/default/workflows/melvin%2F1`;
  };
  const pawl = async (...argv: readonly string[]) => {
    const { address } = (await server?.ready()) ?? {};
    const sealing = { PAWL_KEY_FILE: testKeyFile(), TEMPORAL_ADDRESS: address };
    const program = [process.execPath, distFile('client', 'main.js')];
    return runProcess([...program, ...argv], { cwd: directory, env: { ...env, ...sealing } });
  };

  describe('of a run that failed', () => {
    const fail = async (...flags: readonly string[]): Promise<void> => {
      await begin(flags);
      expect(await pawl('backup')).not.toMatchObject({ code: 0 });
      await browser.open(pages);
    };

    it('show its input, its failure, its page and the titles of its steps to who may read the key', async () => {
      await fail();
      await browser.shown('melvin/1', `./${SENTINEL}`, `no repository at ./${SENTINEL}`, TITLE);
      await browser.follow('User Metadata');
      await browser.shown('backup of melvin: failed', `✔ ${TITLE}`);
    });

    it('show nothing of it with --ui-sealed', async () => {
      await fail('--ui-sealed');
      const history = await browser.shown('melvin/1', 'observeRepository');
      expect(history).not.toContain(SENTINEL);
      expect(history).not.toContain(TITLE);
      await browser.follow('User Metadata');
      expect(await browser.shown('Current Details')).not.toContain(SENTINEL);
    });
  });

  describe('of a run that waits for approval', () => {
    const waiting = async (): Promise<readonly { planHash: string; given: unknown[] }[]> => {
      const { stdout } = await pawl('approvals', '--json');
      return (JSON.parse(stdout) as { approvals: { planHash: string; given: [] }[] }).approvals;
    };
    /** By hand, as docs/runbooks/approvals.md says. */
    const approve = async (...flags: readonly string[]): Promise<void> => {
      await begin(flags, 'approvals: {backup: {from: [anna]}}');
      expect(await pawl('backup', '--init', '--detach')).toMatchObject({ code: 0 });
      const { planHash } = await until(async () => (await waiting())[0], 30);
      await browser.open(pages);
      await browser.shown('melvin/1', 'observeRepository');
      await browser.click('//button[normalize-space()="More Actions"]');
      await browser.click('//*[@data-testid="update-button"]');
      if (flags.includes('--ui-sealed')) {
        await browser.click('//*[@id="update-name"]', 'approve');
      } else {
        await browser.click('//*[@data-testid="update-select-button"]');
        await browser.click('//*[@role="option"][contains(., "approves the plan")]');
      }
      const answer = JSON.stringify({ by: 'anna', planHash, message: 'from the page' });
      await browser.click(`${MODAL}//*[@contenteditable="true"]`, answer);
      // Leaving the field formats it: the button moves away under the mouse.
      await browser.click(`${MODAL}//*[@id="update-id"]`);
      await browser.click(`${MODAL}//*[@data-testid="confirm-modal-button"]`);
    };

    it('send an approval with --ui-may-act, and the run goes on', async () => {
      await approve('--ui-may-act');
      await browser.shown('Update successful');
      expect(await pawl('watch', 'melvin/1')).toMatchObject({ code: 0 });
      expect((await pawl('show', 'melvin/1')).stdout).toMatch(
        /approved by anna, .*: from the page/,
      );
    });

    it.each([
      ['unless that is given', [], 'Data encoding failed'],
      ['with --ui-sealed', ['--ui-sealed'], 'Encoded failure'],
    ])('say that an approval is refused, %s', async (_when, flags, refusal) => {
      await approve(...flags);
      await browser.shown(refusal);
      expect(await waiting()).toMatchObject([{ given: [] }]);
    });
  });
});
