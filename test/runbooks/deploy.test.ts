import type { RunOutcome } from '../../workflows/catalogue';
import type { ReleasedOutcome } from '../../workflows/model/outcome';
import type { DeployPlan } from '../../workflows/model/plans';
import { docker, TEST_IMAGES } from '../support/docker';
import { startLoad } from '../support/load';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import type { ReleasedStack, ReleasedStackOptions } from './support/released-stack';
import { releasedStacks } from './support/released-stacks';

const VERSION_2 = { service: { image: TEST_IMAGES.app2 } };
const MIGRATE = '/app/migrate.cjs';

function released(outcome: RunOutcome | undefined): ReleasedOutcome {
  if (outcome?.state === 'done' && 'canary' in outcome) return outcome;
  throw new Error(`no release came of it: ${JSON.stringify(outcome)}`);
}

describeWith(['temporal', 'restic', 'docker', 'compose'], 'a release', () => {
  const newStack = releasedStacks();

  async function releasedStack(options: ReleasedStackOptions = {}): Promise<ReleasedStack> {
    const stack = await newStack(options);
    await stack.mustDeploy();
    return stack;
  }

  it('begins with the first one, replaces it without a failed request, and goes back in seconds', async () => {
    const stack = await newStack();
    const first = released((await stack.mustDeploy()).outcome);
    expect(first).toMatchObject({ release: 1, services: [{ service: 'api', slot: 'blue' }] });
    expect(await stack.serving()).toBe('1');
    await stack.describe(VERSION_2);

    const load = await startLoad({ url: stack.url, connections: 16 });
    load.phase('deploy');
    const second = released((await stack.mustDeploy()).outcome);
    load.phase('rollback');
    const back = released((await stack.rollback()).outcome);
    const report = await load.stop();

    expect(second).toMatchObject({ release: 2, replaced: 1, services: [{ slot: 'green' }] });
    expect(second.warmUntil).toBeDefined();
    expect(back).toMatchObject({ runbook: 'rollback', release: 1, replaced: 2 });
    expect(await stack.serving()).toBe('1');
    expect(report.total.failed).toBe(0);
    expect(report.total.ok).toBeGreaterThan(100);
    expect(await stack.running()).toEqual(['api', 'api-blue', 'api-green']);
  });

  it('takes over what plain Compose runs, tells the gap, and gives it back when a gate stays closed', async () => {
    const stack = await newStack();
    await stack.compose('up', '-d');
    await until(async () => ((await stack.serving()) === '1' ? true : undefined));
    const closed = {
      after: [{ http: { url: `${stack.url}/version`, expect: 418, timeout: '1s' } }],
    };
    await stack.describe({ ...VERSION_2, file: { gates: closed } });

    const refused = await stack.deploy();
    expect(refused).toMatchObject({ code: 3, failure: { type: 'VerificationFailed' } });
    expect(await stack.serving()).toBe('1');
    expect(await stack.running()).toEqual(['api']);

    await stack.describe(VERSION_2);
    const taken = released((await stack.mustDeploy()).outcome);
    expect(taken.gapSeconds).toBeGreaterThan(0);
    expect(await stack.serving()).toBe('2');
    expect(await stack.running()).toEqual(['api', 'api-blue']);
  });

  it('makes a switch of another image anew in a step of its own, and tells the gap', async () => {
    const stack = await releasedStack();
    const { id = '' } = (await stack.containers()).find(({ service }) => service === 'api') ?? {};
    const changes = 'LABEL pawl-test.switch=another';
    const { Id: switchImage } = (await docker.getContainer(id).commit({ changes })) as {
      Id: string;
    };
    try {
      await stack.describe({ ...VERSION_2, file: { release: { switchImage } } });
      const plan = await stack.stack.cli('plan', 'deploy', '--json');
      const planned = JSON.parse(plan.stdout) as DeployPlan;
      expect(planned.services[0]).toMatchObject({ service: 'api', renewsSwitch: true });
      expect(planned.notes).toEqual([expect.stringContaining('The switch of api is recreated')]);

      const { run = '', outcome } = await stack.mustDeploy();
      const { gapSeconds = 0 } = released(outcome);
      expect(gapSeconds).toBeGreaterThan(0);
      expect(gapSeconds).toBeLessThan(30);
      const renewal = await stack.stack.step(run, 'renew:api', ({ state }) => state === 'done');
      expect(renewal.detail).toContain('without an answer');
      expect(await stack.serving()).toBe('2');
      const made = (await stack.containers()).find(({ service }) => service === 'api');
      expect(made).toMatchObject({ image: switchImage, state: 'running' });
      const again = JSON.parse(
        (await stack.stack.cli('plan', 'deploy', '--json')).stdout,
      ) as DeployPlan;
      expect(again.services[0]).not.toHaveProperty('renewsSwitch');

      const back = await stack.stack.cli('plan', 'rollback', '--json');
      expect(JSON.parse(back.stdout)).toMatchObject({
        services: [{ service: 'api', renewsSwitch: true }],
        notes: [expect.stringContaining('The switch of api is recreated')],
      });
    } finally {
      await stack.remove();
      await docker.getImage(switchImage).remove({ force: true });
    }
  });

  describe('with migrations', () => {
    const migrations = (to: string) => ({
      ...{ service: 'api', run: ['node', MIGRATE, 'up', to], head: ['node', MIGRATE, 'head'] },
      down: ['node', MIGRATE, 'down', '{revision}'],
    });
    let stack: ReleasedStack;

    beforeAll(async () => {
      stack = await releasedStack({ file: { migrations: migrations('1') } });
    });

    it('migrates from the new image, and knows the schema of each release', async () => {
      await stack.describe({ ...VERSION_2, file: { migrations: migrations('2') } });
      expect(released((await stack.mustDeploy()).outcome).schemaHead).toBe('2');
    });

    it('takes the schema down with the code when told to, and stops the newer release at once', async () => {
      const back = await stack.rollback('--schema', 'down');
      expect(released(back.outcome)).toMatchObject({ release: 1, schemaHead: '1' });
      expect(await stack.serving()).toBe('1');
      await until(async () => ((await stack.running()).length === 2 ? true : undefined));
      expect(await stack.running()).toEqual(['api', 'api-blue']);
    });

    it('takes a migration that failed half-way back, and starts nothing', async () => {
      const failing = { ...migrations('3'), run: ['node', MIGRATE, 'fail'] };
      await stack.describe({ ...VERSION_2, file: { migrations: failing } });
      const failed = await stack.deploy();
      expect(failed).toMatchObject({ code: 3, failure: { type: 'VerificationFailed' } });
      const { code, stdout } = await headOf(stack);
      expect({ code, head: stdout.trim() }).toEqual({ code: 0, head: '1' });
      expect(await stack.serving()).toBe('1');
    });
  });

  /** Asked in a container of its own. */
  async function headOf(stack: ReleasedStack): Promise<{ code: number | null; stdout: string }> {
    return stack.compose('run', '--rm', '--no-deps', '-T', 'api', 'node', MIGRATE, 'head');
  }
});
