import type { RunOutcome } from '../../workflows/catalogue';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReleasedOutcome } from '../../workflows/model/outcome';
import type { DeployPlan } from '../../workflows/model/plans';
import { freePort } from '../../worker/free-port';
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

  it('says that a switch is made anew whose port a variable has moved, forwards and back', async () => {
    const stack = await newStack();
    const ports = ['127.0.0.1:${API_PORT}:8000'];
    const setPort = (port: number) =>
      writeFile(join(stack.stack.folder, '.env'), `API_PORT=${port}\n`);
    await setPort(stack.port);
    await stack.describe({ service: { ports } });
    await stack.mustDeploy();
    await stack.describe({ service: { ...VERSION_2.service, ports } });
    await stack.mustDeploy();
    const renewals = async () => {
      const answers = await Promise.all(
        ['deploy', 'rollback'].map((runbook) => stack.stack.cli('plan', runbook, '--json')),
      );
      const plans = answers.map(({ stdout }) => JSON.parse(stdout) as DeployPlan);
      return plans.map(({ services: [api] }) => api?.renewsSwitch === true);
    };
    expect(await renewals()).toEqual([false, false]);
    await setPort(await freePort('127.0.0.1'));
    expect(await renewals()).toEqual([true, true]);
  });

  describe('over another one', () => {
    let stack: ReleasedStack;
    beforeAll(async () => {
      stack = await releasedStack();
    });
    beforeEach(() => stack.describe({}));

    it('refuses in the plan what it cannot carry, with its place, and tells what another port costs', async () => {
      await stack.describe({ service: { expose: ['8125/udp'] } });
      const refused = await stack.stack.cli('plan', 'deploy');
      expect(refused.code).toBe(7);
      expect(refused.stderr).toMatch(
        /compose\.yaml:\d+:\d+ services\.api\.expose 8125\/udp: the switch passes on TCP/,
      );
      const ports = [`127.0.0.1:${stack.port}:8000`, '127.0.0.1::8000'];
      await stack.describe({ service: { ports } });
      const plan = await stack.stack.cli('plan', 'deploy', '--json');
      expect(JSON.parse(plan.stdout)).toMatchObject({
        services: [{ service: 'api', renewsSwitch: true }],
      });
      expect(await stack.serving()).toBe('1');
    });

    it('keeps the old slot when the new one never becomes healthy', async () => {
      await stack.describe({
        api: { ready: { http: '/healthz', timeoutSeconds: 4 } },
        environment: { HEALTH: 'never' },
      });
      const failed = await stack.deploy();
      expect(failed).toMatchObject({ code: 3, failure: { type: 'VerificationFailed' } });
      expect(failed.failure?.message).toContain('/healthz');
      expect(failed.failure?.message).toContain('status 503');
      expect(await stack.serving()).toBe('1');
      expect(await stack.running()).toEqual(['api', 'api-blue']);
    });

    it('undoes a release that dies after it was healthy', async () => {
      const environment = { DIE_AFTER_MS: '4000' };
      await stack.describe({
        api: { watch: '10s' },
        environment,
        service: { image: TEST_IMAGES.app2, restart: 'no' },
      });
      expect(await stack.deploy()).toMatchObject({ code: 3 });
      expect(await stack.serving()).toBe('1');
      expect(await stack.running()).toEqual(['api', 'api-blue']);
    });

    it('touches nothing when a gate before the release stays closed', async () => {
      const before = await stack.containers();
      const command = ['node', '-e', 'console.error("the tests fail"); process.exit(7)'];
      const gates = { before: [{ run: { service: 'api', command } }] };
      await stack.describe({ ...VERSION_2, file: { gates } });
      const failed = await stack.deploy();
      expect(failed).toMatchObject({ code: 3, failure: { type: 'VerificationFailed' } });
      expect(failed.failure?.message).toContain('exit code 7');
      expect(JSON.stringify(failed.failure)).toContain('the tests fail');
      expect(await stack.containers()).toEqual(before);
    });

    it('refuses a plan that is no longer the one that was shown', async () => {
      const { stdout } = await stack.stack.cli('plan', 'deploy', '--json');
      const { hash } = JSON.parse(stdout) as { hash: string };
      const again = await stack.stack.cli('plan', 'deploy', '--json');
      expect(JSON.parse(again.stdout)).toMatchObject({ hash });
      await stack.describe(VERSION_2);
      const moved = await stack.stack.cli('plan', 'deploy', '--json');
      expect(JSON.parse(moved.stdout)).not.toMatchObject({ hash });
    });

    it('says of a canary without users that its own probes alone have judged it, and goes on', async () => {
      const canary = { steps: ['10%', '50%'], pauseSeconds: 1, minRequests: 1000 };
      await stack.describe({ api: { canary }, ...VERSION_2 });
      const outcome = released((await stack.mustDeploy()).outcome);
      expect(outcome.canary.map(({ share, verdict }) => [share, verdict])).toEqual([
        [10, 'probes-only'],
        [50, 'probes-only'],
      ]);
      expect(outcome.canary[0]).toMatchObject({ newResponses: 0, probes: { failed: 0 } });
      expect(await stack.serving()).toBe('2');
    });
  });

  it('replaces a service of one instance with its grace, and puts the old one back when a gate stays closed', async () => {
    const worker = { image: TEST_IMAGES.app1, init: true, command: ['sleep', '3600'] };
    const deploy = { worker: { strategy: 'recreate', stopSeconds: 2 } };
    const stack = await releasedStack({ services: { worker }, deploy });
    const imageOf = async () =>
      (await stack.containers()).find(({ service }) => service === 'worker')?.image;
    const old = await imageOf();
    const newer = { worker: { ...worker, image: TEST_IMAGES.app2 } };
    const closed = { after: [{ http: { url: stack.url, expect: 418, timeout: '1s' } }] };
    await stack.describe({ ...VERSION_2, deploy, services: newer, file: { gates: closed } });
    expect(await stack.deploy()).toMatchObject({ code: 3 });
    expect(await imageOf()).toBe(old);
    expect(await stack.serving()).toBe('1');

    await stack.describe({ ...VERSION_2, deploy, services: newer });
    await stack.mustDeploy();
    expect(await imageOf()).not.toBe(old);
    expect(await stack.serving()).toBe('2');
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

    it('refuses to go back over a schema that has moved on, and names the ways out', async () => {
      const refused = await stack.rollback();
      expect(refused.code).toBe(7);
      expect(refused.stderr).toContain('the schema is at 2');
      expect(refused.stderr).toContain('--schema down');
      expect(await stack.serving()).toBe('2');
    });

    it('takes the schema down with the code when told to', async () => {
      const back = await stack.rollback('--schema', 'down');
      expect(released(back.outcome)).toMatchObject({ release: 1, schemaHead: '1' });
      expect(await stack.serving()).toBe('1');
    });

    it('stops the newer release at once then, which the schema does not fit any more', async () => {
      await until(async () => ((await stack.running()).length === 2 ? true : undefined));
      expect(await stack.running()).toEqual(['api', 'api-blue']);
      const { stdout } = await stack.stack.cli('releases');
      expect(stdout).not.toContain('warm until');
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

  it('goes to more containers and back to fewer, forwards, undone and rolled back', async () => {
    const stack = await releasedStack();
    const canary = { steps: ['50%'], pauseSeconds: 1, minRequests: 1 };
    const closed = { after: [{ http: { url: stack.url, expect: 418, timeout: '1s' } }] };
    const twice = { ...VERSION_2.service, scale: 2 };
    await stack.describe({ api: { canary }, service: twice, file: { gates: closed } });
    const load = await startLoad({ url: stack.url, connections: 8 });
    expect(await stack.deploy()).toMatchObject({ code: 3 });
    expect(await stack.serving()).toBe('1');
    expect(await stack.containers()).toHaveLength(2);
    await stack.describe({ api: { canary }, service: twice });
    await stack.mustDeploy();
    expect(await stack.versions()).toEqual(['2']);
    expect(await stack.containers()).toHaveLength(4);
    expect(await stack.rollback()).toMatchObject({ code: 0 });
    const { total } = await load.stop();
    expect(await stack.versions()).toEqual(['1']);
    expect(total.failed).toBe(0);
  });

  it('adopts again what somebody made with plain Compose in between', async () => {
    const stack = await releasedStack();
    await stack.compose('up', '-d', '--remove-orphans');
    expect(await stack.running()).toEqual(['api']);
    await stack.describe(VERSION_2);
    const { stdout } = await stack.stack.cli('plan', 'deploy');
    expect(stdout).toContain('since Compose itself has recreated it');
    await stack.mustDeploy();
    expect(await stack.serving()).toBe('2');
  });

  it('gives back to plain Compose what it made in between when a release fails, and goes back over it', async () => {
    const stack = await releasedStack();
    await stack.describe(VERSION_2);
    await stack.mustDeploy();
    // Its slots are left running.
    await stack.compose('up', '-d', '--wait');
    expect(await stack.serving()).toBe('2');

    const closed = { after: [{ http: { url: stack.url, expect: 418, timeout: '1s' } }] };
    await stack.describe({ file: { gates: closed } });
    expect(await stack.deploy()).toMatchObject({ code: 3 });
    expect(await stack.serving()).toBe('2');

    await stack.describe(VERSION_2);
    const back = released((await stack.rollback('--to', '1')).outcome);
    expect(back).toMatchObject({ release: 1, replaced: 3 });
    expect(await stack.serving()).toBe('1');
    expect(await stack.running()).toEqual(['api', 'api-blue']);
  });

  it('refuses what is wrong before anything is touched, with its place', async () => {
    const stack = await newStack();
    await writeFile(
      join(stack.stack.folder, 'compose.yaml'),
      'services:\n  api: {image: a, imagee: b}\n',
    );
    const { code, stderr } = await stack.deploy();
    expect(code).toBe(7);
    expect(stderr).toContain("additional properties 'imagee' not allowed");
    await rm(join(stack.stack.folder, 'compose.yaml'));
    expect(await stack.running()).toEqual([]);
  });

  it('writes no value of a variable into the release, and starts with it', async () => {
    const stack = await newStack({ environment: { VERSION: '${SECRET_VERSION}' } });
    await writeFile(join(stack.stack.folder, '.env'), 'SECRET_VERSION=sentinel-5f3a\n');
    await stack.mustDeploy();
    expect(await stack.serving()).toBe('sentinel-5f3a');
    const label = [`com.docker.compose.project=${stack.project}`];
    expect((await docker.listContainers({ filters: { label } })).length).toBe(2);
    const { stdout } = await stack.stack.cli('releases', '--json');
    expect(stdout).not.toContain('sentinel-5f3a');
  });

  /** Asked in a container of its own. */
  async function headOf(stack: ReleasedStack): Promise<{ code: number | null; stdout: string }> {
    return stack.compose('run', '--rm', '--no-deps', '-T', 'api', 'node', MIGRATE, 'head');
  }
});
