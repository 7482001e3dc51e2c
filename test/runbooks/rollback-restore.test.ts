import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest, RecoveryPointSummary } from '../../workflows/model/recovery-point';
import { TEST_IMAGES } from '../support/docker';
import { startLoad } from '../support/load';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { describeWith } from '../support/requirements';
import { ReleasedStack, type ReleasedStackOptions } from './support/released-stack';

const MIGRATE = ['node', '/app/migrate.cjs'];

describeWith(['temporal', 'restic', 'docker', 'compose'], 'a rollback with its data', () => {
  let pawl: PawlEnvironment;
  let stack: ReleasedStack;

  /** `gate`: the status that the gate behind the release wants. */
  const version = (number: '1' | '2', gate = 200): ReleasedStackOptions => ({
    service: { image: number === '1' ? TEST_IMAGES.app1 : TEST_IMAGES.app2 },
    file: {
      protect: { data: { engine: 'files', path: './data' } },
      migrations: { service: 'api', run: [...MIGRATE, 'up', number], head: [...MIGRATE, 'head'] },
      release: { recoveryPoint: 'migrations' },
      gates: { after: [{ http: { url: `${stack.url}/version`, expect: gate, timeout: '1s' } }] },
    },
  });

  const written = () => readFile(join(stack.stack.folder, 'data', 'letter'), 'utf8');
  const write = (text: string) => writeFile(join(stack.stack.folder, 'data', 'letter'), text);

  const back = (...argv: readonly string[]) =>
    stack.stack.follow('rollback', '--schema', 'restore', ...argv);

  beforeAll(async () => {
    pawl = await startPawl();
    stack = await ReleasedStack.create(pawl);
    await stack.describe(version('1'));
    const { code, stderr } = await stack.stack.cli('backup', '--init', '-q');
    if (code !== 0) throw new Error(stderr);
    await stack.mustDeploy();
    await write('of release 1');
    await stack.describe(version('2'));
    await stack.mustDeploy();
    await write('of release 2');
  });

  afterAll(async () => {
    await stack.remove();
    await pawl.stop();
  });

  it('names what is lost before anything is done, and takes the name of the stack for a yes', async () => {
    const { stdout } = await stack.stack.cli('plan', 'rollback', '--schema', 'restore');
    expect(stdout).toContain('All data comes back as it was before');
    expect(stdout).toMatch(/what was written since .* goes away/);
    expect(await back('-y')).toMatchObject({ code: 2 });
    expect(await back('--confirm', 'another')).toMatchObject({ code: 2 });
    const without = await back('--leave-out', 'public.totals', '--confirm', stack.project);
    expect(without.stderr).toContain('PostgreSQL databases, and none is restored');
    expect(await written()).toBe('of release 2');
  });

  it('finds the older release in the recovery point, as its files stand on the host', async () => {
    const { stdout } = await stack.stack.cli('points', '--json');
    const { points } = JSON.parse(stdout) as { points: readonly [RecoveryPointSummary] };
    const dump = ['dump', '--no-lock', points[0].id, '/manifest.json'];
    const manifest = JSON.parse(await stack.stack.restic(...dump)) as Manifest;
    const folder = join(pawl.stateDirectory, 'releases', stack.project, '1');
    const [release, model] = await Promise.all(
      ['release.json', 'compose.yaml'].map((name) => readFile(join(folder, name), 'utf8')),
    );
    expect(manifest).toMatchObject({
      currentRelease: 1,
      releases: [{ number: 1, release, model }],
    });
  });

  it('puts the newer release and its data back when a gate stays closed', async () => {
    await stack.describe(version('2', 418));
    expect(await back('--confirm', stack.project)).toMatchObject({ code: 3 });
    expect(await stack.serving()).toBe('2');
    expect(await written()).toBe('of release 2');
    await stack.describe(version('2'));
  });

  it('goes back with the data as they were, and answers nothing wrong meanwhile', async () => {
    const load = await startLoad({ url: stack.url, connections: 4 });
    const ended = await back('--confirm', stack.project);
    const { total } = await load.stop();

    expect(ended).toMatchObject({
      code: 0,
      outcome: { release: 1, replaced: 2, schemaHead: '1', noWayBack: 'schema-taken-down' },
    });
    expect(ended.outcome).toHaveProperty('keptUntil');
    expect(ended.outcome).not.toHaveProperty('warmUntil');
    expect(await stack.serving()).toBe('1');
    expect(await written()).toBe('of release 1');
    // The page, for as long as the data were swapped and the old release was started.
    expect(total.sent).toBeGreaterThan(total.failed);
    expect(total.longestGapSeconds).toBeLessThan(30);
    const { stdout } = await stack.stack.cli('kept', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ kept: [{ run: ended.run }] });
  });
});
