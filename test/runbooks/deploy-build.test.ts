import type { DeployPlan } from '../../workflows/model/plans';
import { freePort } from '../../worker/free-port';
import { docker, TEST_IMAGES } from '../support/docker';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { runProcess } from '../support/run-process';
import { BuiltStack } from './support/built-stack';

describeWith(['temporal', 'restic', 'docker', 'compose'], 'a release that is built first', () => {
  let pawl: PawlEnvironment;
  let stack: BuiltStack;

  beforeAll(async () => {
    pawl = await startPawl();
    stack = await BuiltStack.create(pawl);
  });

  afterAll(async () => {
    await stack.remove();
    await pawl.stop();
  });

  const planOf = async (...argv: readonly string[]): Promise<DeployPlan> => {
    const { stdout, stderr } = await stack.released.stack.cli('plan', 'deploy', ...argv, '--json');
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as DeployPlan;
  };

  it('is planned without a build', async () => {
    const { name } = stack;
    await stack.write('ENV VERSION=built-1');
    const plan = await planOf('--build', '--push');
    expect(plan.services).toMatchObject([
      { service: 'api', builds: true, image: { reference: name, pinned: name } },
    ]);
    expect(plan.steps.slice(0, 2).map(({ id }) => id)).toEqual(['build:api', 'push:api']);
    const { stdout } = await stack.released.stack.cli('plan', 'deploy', '--build');
    expect(stdout).toContain(`${name} (built first)`);
    expect(await stack.imageId()).toBeUndefined();
  });

  it('serves what was built and pushed, pinned by the digest of the registry', async () => {
    const { outcome } = await stack.released.mustDeploy('--build', '--push');
    const digest = await stack.digest();
    const image = `${stack.repository}@${digest}`;
    expect(outcome).toMatchObject({ release: 1, services: [{ service: 'api', image }] });
    expect(await stack.released.serving()).toBe('built-1');
  });

  it('is what the host has built, whatever the registry has under the name', async () => {
    const pushed = await stack.digest();
    await stack.write('ENV VERSION=built-2');
    const { outcome } = await stack.released.mustDeploy('--build');
    expect(outcome).toMatchObject({ services: [{ image: await stack.imageId() }] });
    expect(await stack.released.serving()).toBe('built-2');
    expect(await stack.digest()).toBe(pushed);
  });

  it('touches nothing when a step of the build fails, and shows its last lines', async () => {
    const before = await stack.released.containers();
    await stack.write('RUN echo the compiler is not amused && exit 9');
    const failed = await stack.released.deploy('--build');
    expect(failed).toMatchObject({ code: 3, failure: { type: 'VerificationFailed' } });
    expect(failed.failure?.message).toContain('build the image of api');
    expect(failed.failure?.evidence.stderrTail).toContain('the compiler is not amused');
    expect(await stack.released.containers()).toEqual(before);
    expect(await stack.released.serving()).toBe('built-2');
  });

  it('ends its build when it is cancelled, and touches nothing', async () => {
    const before = await stack.released.containers();
    const seconds = String(await freePort('127.0.0.1'));
    await stack.write(`RUN sleep ${seconds}`);
    const { stack: cli } = stack.released;
    const run = await cli.submit('deploy', '-y', '--build');
    const sleeps = async (): Promise<boolean> =>
      (await runProcess(['pgrep', '-f', `^sleep ${seconds}$`], { env: process.env })).code === 0;
    await until(async () => ((await sleeps()) ? true : undefined), 30);
    await cli.cli('cancel', run);
    expect(await cli.watch(run)).toMatchObject({ code: 5 });
    await until(async () => ((await sleeps()) ? undefined : true), 10);
    expect(await stack.released.containers()).toEqual(before);
  });

  it('is planned with how long the last ones took, which is not in the hash', async () => {
    const plan = (await planOf()) as DeployPlan & { expected: { seconds: number; runs: number } };
    expect(plan.expected.runs).toBe(2);
    expect(plan.expected.seconds).toBeGreaterThan(0.5);
    expect(plan.expected.seconds).toBeLessThan(120);
    const { stdout } = await stack.released.stack.cli('plan', 'deploy');
    expect(stdout).toMatch(/It takes about .* s, going by the last 2 deploys\./);
  });

  it('of another image says how much room its pull needs, and how much there is', async () => {
    const image = `${stack.repository}-large:v1`;
    await stack.pushRandom(image, 4_000_000);
    const { disk, hash } = await planOf('--image', `api=${image}`);
    expect(disk?.neededBytes).toBeGreaterThan(4 * 4_000_000);
    expect(disk?.neededBytes).toBeLessThan(4 * 4_100_000);
    expect(disk?.freeBytes).toBeGreaterThan(1_000_000);
    expect(await planOf('--image', `api=${image}`)).toMatchObject({ hash });
  });

  it('is refused where there is nothing to build', async () => {
    const image = (await docker.getImage(TEST_IMAGES.app1).inspect()).Id;
    const refused = await stack.released.deploy('--build', '--image', `api=${image}`);
    expect(refused).toMatchObject({ code: 7 });
    expect(refused.stderr).toContain('no service of `deploy` is there to build');
  });
});
