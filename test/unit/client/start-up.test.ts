import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = join(__dirname, '../../..');

/** Runs the client from its sources, in `folder`; tells at its end which packages it loaded. */
function pawl(folder: string, ...argv: string[]) {
  const listing = `process.on('exit', () => process.stderr.write('\\nLOADED ' + Object.keys(require('module')._cache).join(' ')))`;
  const preload = join(folder, 'list-modules.cjs');
  writeFileSync(preload, listing);
  const tsx = pathToFileURL(join(ROOT, 'node_modules/tsx/dist/loader.mjs')).href;
  const run = spawnSync(
    process.execPath,
    ['--require', preload, '--import', tsx, join(ROOT, 'client/main.ts'), ...argv],
    {
      cwd: folder,
      encoding: 'utf8',
      // Nothing listens on port 1.
      env: { ...process.env, HOME: folder, PAWL_FILE: '', TEMPORAL_ADDRESS: '127.0.0.1:1' },
    },
  );
  const [said = '', loaded = ''] = run.stderr.split('\nLOADED ');
  return { code: run.status, out: run.stdout, said, loaded };
}

describe('the client, started', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pawl-client-'));
    // Not valid: completion must not mind.
    writeFileSync(join(folder, 'pawl.yaml'), 'stack: melvin\nprotect: {accounts: {}, up: 7}\n');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['--help', 0],
    ['help exit-codes', 0],
    ['config path', 0],
    ['complete -- backup', 0],
  ])('loads neither Temporal nor the schema for `pawl %s`', (line, code) => {
    const run = pawl(folder, ...line.split(' '));
    expect(run.code).toBe(code);
    expect(run.loaded).toContain('commander');
    expect(run.loaded).not.toMatch(/node_modules\/(@temporalio|zod|log-update)\//);
  });

  it('loads no Temporal for `pawl config validate`, and exits with 2 when the file is wrong', () => {
    const run = pawl(folder, 'config', 'validate');
    expect(run.code).toBe(2);
    expect(run.said).toContain('pawl.yaml:');
    expect(run.loaded).not.toContain('@temporalio');
  });

  it('says that no server answers, with the command that starts one', () => {
    const run = pawl(folder, 'watch', 'melvin/1');
    expect(run.code).toBe(6);
    expect(run.said).toContain('pawl server');
    // The control of the tests above: what is loaded is seen.
    expect(run.loaded).toContain('node_modules/@temporalio/client/');
  });

  it('completes commands, options and the parts of the stack file', () => {
    expect(pawl(folder, 'complete', '--', 'resto').out).toContain('restore\t');
    expect(pawl(folder, 'complete', '--', 'restore', '--poi').out).toContain('--point\t');
    expect(pawl(folder, 'complete', '--', 'backup', 'acc').out).toMatch(/^accounts\t/);
    expect(pawl(folder, 'complete', '--', 'completion', 'z').out).toMatch(/^zsh\t/);
  });

  it.each(['bash', 'zsh', 'fish', 'powershell'])('prints a script for %s', (shell) => {
    expect(pawl(folder, 'completion', shell).out).toContain('pawl complete');
  });

  it('exits with 2 on a mistyped command and suggests the right one', () => {
    const run = pawl(folder, 'bakup');
    expect(run.code).toBe(2);
    expect(run.said).toContain('Did you mean backup?');
  });

  it('refuses -n where there is no plan to show', () => {
    expect(pawl(folder, 'cancel', '-n', 'melvin/1').code).toBe(2);
  });
});
