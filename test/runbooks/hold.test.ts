import { TEST_IMAGES } from '../support/docker';
import { startLoad } from '../support/load';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { ReleasedStack } from './support/released-stack';

interface Shown {
  readonly run: string;
  readonly phase?: string;
  readonly status: string;
  readonly held?: readonly { readonly step: string; readonly failure: string }[];
}

describeWith(['temporal', 'restic', 'docker', 'compose'], 'a release that is held', () => {
  let pawl: PawlEnvironment;
  let stack: ReleasedStack;

  beforeAll(async () => {
    pawl = await startPawl();
    stack = await ReleasedStack.create(pawl);
    await stack.mustDeploy();
  });

  afterAll(async () => {
    await stack.remove();
    await pawl.stop();
  });

  const closed = () => ({
    after: [{ http: { url: `${stack.url}/healthz`, expect: 418, timeout: '1s' } }],
  });

  async function show(run: string): Promise<Shown> {
    const { stdout } = await stack.stack.cli('show', run, '--json');
    return JSON.parse(stdout) as Shown;
  }

  /** Starts a release that stays held, and resolves with its run. */
  async function hold(): Promise<string> {
    const { stdout } = await stack.stack.cli('deploy', '-y', '--hold', '--detach', '-q');
    const run = stdout.trim();
    await until(async () => ((await show(run)).phase === 'hold' ? true : undefined), 60);
    return run;
  }

  const ended = (run: string) =>
    until(async () => {
      const { status } = await show(run);
      return status === 'running' ? undefined : status;
    }, 60);

  it('serves the old release while people think, and goes on when one lets it through, without a failed request', async () => {
    await stack.describe({ service: { image: TEST_IMAGES.app2 }, file: { gates: closed() } });
    const load = await startLoad({ url: stack.url, connections: 8 });
    const run = await hold();
    expect((await show(run)).held).toMatchObject([{ step: 'gate-after:1' }]);
    expect(await stack.serving()).toBe('1');
    const watched = await stack.stack.cli('show', run);
    expect(watched.stdout).toContain(
      `\`pawl resolve ${run} retry|skip|abort\` says how it goes on.`,
    );

    const unexplained = await stack.stack.cli('resolve', run, 'skip', '-y');
    expect(unexplained).toMatchObject({ code: 2 });
    const unknown = await stack.stack.cli('resolve', run, 'retry', '-y', '--set', 'port=1');
    expect(unknown).toMatchObject({ code: 7 });
    expect(unknown.stderr).toContain('It has: timeoutSeconds, expect.');

    const again = await stack.stack.cli('resolve', run, 'retry', '-y', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ schema: 'pawl/resolve@1', way: 'retry' });
    // The gate stays closed: it is held once more, and the old release has the requests again.
    await until(async () => ((await show(run)).phase === 'hold' ? true : undefined), 60);
    expect(await stack.serving()).toBe('1');

    const skipped = await stack.stack.cli('resolve', run, 'skip', '-y', '-m', 'a teapot, rightly');
    expect(skipped.stdout).toContain('is skipped');
    expect(await ended(run)).toBe('done');
    const { failed } = (await load.stop()).total;
    expect(failed).toBe(0);
    expect(await stack.serving()).toBe('2');
  });
});
