import { chmod, copyFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeKeyFile } from '../../sealing/key-file';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { describeWith } from '../support/requirements';
import { UPLOADS_ENVIRONMENT, writeUploadsStack } from './support/uploads-stack';

describeWith(['temporal', 'restic'], 'the key of an installation', () => {
  let pawl: PawlEnvironment;
  let keys: string;
  let ours: string;

  beforeAll(async () => {
    keys = await mkdtemp(join(tmpdir(), 'pawl-keys-'));
    ours = join(keys, 'ours.key');
    makeKeyFile(ours);
    pawl = await startPawl({ env: { PAWL_KEY_FILE: ours, ...UPLOADS_ENVIRONMENT } });
    await writeUploadsStack(pawl);
  });

  // Some of its runs were sealed with keys that are gone.
  afterAll(() => pawl.end());

  const withKey = (file: string, ...args: readonly string[]) =>
    pawl.cli([...args, '--key-file', file]);

  it('is rotated while a worker works: what was sealed before is read, and what comes is done', async () => {
    expect(await pawl.cli(['backup'])).toMatchObject({ code: 0 });
    const before = await readFile(ours, 'utf8');
    const rotated = await pawl.cli(['key', 'rotate']);
    expect(rotated).toMatchObject({ code: 0 });
    for (const line of before.split('\n').filter((one) => /^[A-Za-z0-9+/]{43}=/.test(one))) {
      expect(await readFile(ours, 'utf8')).toContain(line);
      expect(rotated.stdout + rotated.stderr).not.toContain(line);
    }
    expect(await pawl.cli(['show', 'melvin/1'])).toMatchObject({ code: 0 });
    expect(await pawl.cli(['backup'])).toMatchObject({ code: 0 });
    const old = join(keys, 'old.key');
    await writeFile(old, before, { mode: 0o600 });
    for (const run of ['melvin/1', 'melvin/2']) {
      const { code, stdout, stderr } = await pawl.cli(['logs', run]);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stdout).toMatch(/back up uploads/);
    }
    // The worker answers with the new one.
    expect((await withKey(old, 'show', 'melvin/2')).code).toBe(7);
  });

  it('that is to seal later is of use before', async () => {
    expect(await pawl.cli(['key', 'rotate', '--after', '1h'])).toMatchObject({ code: 0 });
    expect(await pawl.cli(['backup'])).toMatchObject({ code: 0 });
    expect((await pawl.cli(['key', 'rotate', '--after', 'soon'])).code).toBe(2);
  });

  it('is made once', async () => {
    const file = join(keys, 'made.key');
    expect(await withKey(file, 'key', 'make')).toMatchObject({ code: 0 });
    const text = await readFile(file, 'utf8');
    expect(await withKey(file, 'key', 'make')).toMatchObject({ code: 0 });
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it.each([
    ['a question', ['show', 'melvin/1']],
    ['a request', ['freeze', '-m', 'x']],
    ['a run', ['backup']],
    ['a plan', ['plan', 'backup']],
    ['a list that a worker makes', ['points']],
  ])('when it is another one, %s says so in a sentence', async (_what, args) => {
    const file = join(keys, 'theirs.key');
    makeKeyFile(file);
    const { code, stderr } = await withKey(file, ...args);
    expect({ code, stderr }).toMatchObject({ code: 7 });
    expect(stderr).toMatch(/key/);
    expect(stderr).not.toMatch(/defect|Unexpected/);
  });

  it('that is missing or open to others is refused by every command, before anything is sent', async () => {
    const open = join(keys, 'open.key');
    await copyFile(ours, open);
    await chmod(open, 0o644);
    for (const file of [join(keys, 'none.key'), open]) {
      for (const args of [['status'], ['backup'], ['key', 'rotate']]) {
        const { code, stderr } = await withKey(file, ...args);
        expect({ code, stderr }).toMatchObject({ code: 7 });
        expect(stderr).toContain(file);
      }
    }
  });

  it('that is missing keeps a worker from starting', async () => {
    const file = join(keys, 'none.key');
    const state = ['--state-dir', join(pawl.directory, 'other')];
    const { code, stderr } = await pawl.cli(['worker', ...state, '--key-file', file]);
    expect({ code, stderr }).toMatchObject({ code: 2 });
    expect(stderr).toContain(`There is no key at ${file}`);
  });
});
