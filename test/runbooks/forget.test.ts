import type { ForgetOutcome } from '../../workflows/model/outcome';
import type { ForgetPlan } from '../../workflows/model/plans';
import { TEST_IMAGES } from '../support/docker';
import { startLoad } from '../support/load';
import { describeWith } from '../support/requirements';
import type { ReleasedStack } from './support/released-stack';
import { releasedStacks } from './support/released-stacks';

const VERSION_2 = { service: { image: TEST_IMAGES.app2 } };

describeWith(['temporal', 'restic', 'docker', 'compose'], 'a stack that leaves pawl', () => {
  const newStack = releasedStacks();
  let stack: ReleasedStack;

  beforeAll(async () => {
    stack = await newStack();
    await stack.mustDeploy();
    await stack.describe(VERSION_2);
    await stack.mustDeploy();
  });

  const containerOfApi = async () =>
    (await stack.containers()).find(({ service }) => service === 'api');

  it('keeps its switch where what plain Compose would run does not get ready', async () => {
    await stack.describe({
      ...{ service: { image: TEST_IMAGES.app2 }, environment: { HEALTH: 'never' } },
      api: { ready: { http: '/healthz', timeoutSeconds: 3 } },
    });
    const failed = await stack.stack.follow('forget', '-y');
    expect(failed).toMatchObject({ code: 3, failure: { type: 'VerificationFailed' } });
    expect(await stack.versions()).toEqual(['2']);
    expect(await stack.running()).toEqual(['api', 'api-blue', 'api-green']);
    await stack.describe(VERSION_2);
  });

  it('gets name and port back from what serves, with one gap, and `docker compose up` changes nothing', async () => {
    const { stdout } = await stack.stack.cli('plan', 'forget', '--json');
    const plan = JSON.parse(stdout) as ForgetPlan;
    expect(plan).toMatchObject({ runbook: 'forget', replaces: 2, services: [{ from: 'switch' }] });

    const load = await startLoad({ url: stack.url, connections: 4 });
    const given = await stack.stack.follow('forget', '-y');
    const { total } = await load.stop();
    expect(given).toMatchObject({ code: 0 });
    const outcome = given.outcome as unknown as ForgetOutcome;
    expect(outcome).toMatchObject({ runbook: 'forget', replaced: 2 });
    const { gapSeconds = 0 } = outcome.services[0] ?? {};
    expect(gapSeconds).toBeGreaterThan(0);
    expect(gapSeconds).toBeLessThan(20);
    expect(total.ok).toBeGreaterThan(0);

    expect(await stack.serving()).toBe('2');
    expect(await stack.running()).toEqual(['api']);
    const made = await containerOfApi();
    expect(made?.labels).not.toHaveProperty('pawl.role');
    await stack.compose('up', '-d');
    expect((await containerOfApi())?.id).toBe(made?.id);
    const doctor = await stack.stack.cli('doctor', '--json');
    expect(doctor.stdout).not.toMatch(/"id":"deploy[^}]*"problem"/);
    const { stdout: releases } = await stack.stack.cli('releases');
    expect(releases).toContain('plain Compose');
  });

  it('has nothing to forget then, and says so', async () => {
    const before = await stack.containers();
    const again = await stack.stack.cli('forget', '-y');
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('Nothing to forget')]);
    expect(await stack.containers()).toEqual(before);
  });

  it('is taken over again by a deploy', async () => {
    await stack.describe({});
    await stack.mustDeploy();
    expect(await stack.versions()).toEqual(['1']);
    expect(await stack.running()).toEqual(['api', 'api-blue']);
  });

  it('says where the Compose file names another image, and keeps what serves all the same', async () => {
    await stack.describe(VERSION_2);
    const { stdout } = await stack.stack.cli('plan', 'forget');
    expect(stdout).toContain('which is not what serves');
    expect(await stack.stack.follow('forget', '-y')).toMatchObject({ code: 0 });
    expect(await stack.versions()).toEqual(['1']);
    await stack.compose('up', '-d');
    await expect(stack.serving()).resolves.toBeDefined();
  });
});
