import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from '../support/run-process';
import { distFile } from '../../worker/dist-file';

/** Loads all that it needs to ask Temporal, and is refused before it does. */
const REFUSED = ['runs', '--limit', 'none'];

describe('the built command line', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pawl-bundles-'));
    const lines = [
      'stack: melvin',
      'repository: {url: ./repository, password: {env: PASSWORD}}',
      'protect: {uploads: {engine: files, path: ./uploads}}',
    ];
    writeFileSync(join(folder, 'pawl.yaml'), `${lines.join('\n')}\n`);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const pawl = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
    const own = { PAWL_CACHE_DIR: join(folder, 'cache') };
    const env = { ...process.env, ...own, ...environment };
    return runProcess([process.execPath, distFile('client', 'main.js'), ...args], {
      ...{ cwd: folder, env },
    });
  };
  const kept = () => readdirSync(join(folder, 'cache', 'compiled'));

  it('keeps nothing of its code for help, and needs no place to', async () => {
    const { code, stdout } = await pawl(['--help'], { PAWL_CACHE_DIR: '/dev/null/x' });
    expect(code).toBe(0);
    expect(stdout).toContain('pawl backup');
    await pawl(['--help']);
    expect(readdirSync(folder)).toEqual(['pawl.yaml']);
  });

  it('loads no Temporal to complete a word or to look at a stack file', async () => {
    await pawl(['complete', '--', 'ba']);
    await pawl(['config', 'validate']);
    expect(kept().filter((name) => name.startsWith('client-temporal'))).toEqual([]);
    expect(kept().length).toBeGreaterThan(0);
  });

  it('takes from its second start on what the first has kept', async () => {
    expect(await pawl(REFUSED)).toMatchObject({ code: 2 });
    const names = kept();
    expect(names.some((name) => name.startsWith('client-temporal'))).toBe(true);
    const times = () =>
      names.map((name) => statSync(join(folder, 'cache', 'compiled', name)).mtimeMs);
    const before = times();
    expect(await pawl(REFUSED)).toMatchObject({ code: 2 });
    expect(times()).toEqual(before);
    expect(kept()).toEqual(names);
  });

  it('says the same from the modules that its bundles were made of', async () => {
    const bundled = await pawl(REFUSED);
    expect(await pawl(REFUSED, { PAWL_UNBUNDLED: '1' })).toEqual(bundled);
  });

  it("names the sources' lines in the stack of an error", async () => {
    const { stderr } = await pawl(['-v', ...REFUSED]);
    expect(stderr).toMatch(/\(client\/commands\/runs\.ts:\d+:\d+\)/);
    expect(stderr).not.toContain('bundles/');
  });
});
