import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distFile } from '../../worker/dist-file';
import { fencedBlocks, typedCommands } from '../support/fenced-blocks';
import { describeWith } from '../support/requirements';
import { ServerProcess } from '../support/server-process';

const README = join(__dirname, '../../README.md');

describeWith(['temporal', 'restic'], "the README's five minutes", () => {
  let folder: string;
  let server: ServerProcess | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-readme-'));
  });
  afterEach(async () => {
    await server?.nothingLeftWaiting();
    await server?.kill('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  });

  it('do what they say, typed in a new folder one after the other', async () => {
    const page = await readFile(README, 'utf8');
    const section = page.slice(page.indexOf('## Five minutes'));
    const shown: Record<string, string> = {};
    for (const block of fencedBlocks(section)) {
      const file = /^# (pawl\.yaml)$/m.exec(block.text)?.[1];
      if (block.language === 'yaml' && file !== undefined) {
        await writeFile(join(folder, file), block.text);
      }
      for (const command of typedCommands(block)) {
        if (command.startsWith('pawl server')) server = await startServer();
        else shown[command.replace(/\s+#.*$/, '')] = await type(command, server);
      }
    }
    expect(shown['pawl doctor']).toContain('0 problems');
    expect(shown['pawl points']).toContain('shop/1');
    expect(shown['cat uploads/letter.txt']).toBe('a letter\n');
    expect(Object.keys(shown)).toContain('pawl restore confirm shop/2 -y');
  });

  /** On free ports and in the test's own way; the rest is typed as it stands. */
  function startServer(): Promise<ServerProcess> {
    return ServerProcess.start(join(folder, 'state'), [], {
      ...process.env,
      PAWL_KEY_FILE: undefined,
    });
  }

  async function type(command: string, running: ServerProcess | undefined): Promise<string> {
    await running?.ready();
    const pawl = `pawl() { "${process.execPath}" "${distFile('client', 'main.js')}" "$@"; }`;
    // The key is found beside it.
    const config = running === undefined ? '' : join(folder, 'state', 'temporal.toml');
    const env = { ...process.env, TEMPORAL_CONFIG_FILE: config, NO_COLOR: '1' };
    return new Promise((resolve, reject) => {
      const argv = ['-ec', `${pawl}\n${command}`];
      execFile('bash', argv, { cwd: folder, env }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${command} ended with ${String(error.code)}:\n${stdout}${stderr}`));
      });
    });
  }
});
