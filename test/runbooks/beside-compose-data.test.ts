import type { PlanOf } from '../../workflows/catalogue';
import { docker, startContainer, TEST_IMAGES, uniqueName } from '../support/docker';
import { describeWith } from '../support/requirements';
import { testLabels } from '../support/run-labels';
import type { ReleasedStack, ReleasedStackOptions } from './support/released-stack';
import { releasedStacks } from './support/released-stacks';

/*
 * Services of plain Compose with data in volumes without a name, and services that share with them.
 */

const REFUSED = 7;

function unlessGone(error: { statusCode?: number }): void {
  if (error.statusCode !== 404) throw error as unknown as Error;
}

describeWith(['temporal', 'restic', 'docker', 'compose'], 'beside plain Compose', () => {
  const newStack = releasedStacks();
  const label = uniqueName('declaring');
  let images: readonly string[] = [];

  beforeAll(async () => {
    images = [await declaring(TEST_IMAGES.app1), await declaring(TEST_IMAGES.app2)];
  });

  afterAll(async () => {
    // One that had no other name has gone with the last one of a release.
    for (const id of images) await docker.getImage(id).remove({ force: true }).catch(unlessGone);
  });

  /** The test's application with a `VOLUME /data`, as an image without a name. */
  async function declaring(image: string): Promise<string> {
    const { container, remove } = await startedOf(image);
    const made = (await container.commit({
      changes: `VOLUME /data\nLABEL ${label}=1`,
    })) as { readonly Id: string };
    await remove();
    return made.Id;
  }

  async function startedOf(image: string) {
    const started = await startContainer({ image, started: false });
    return { container: started.container, remove: () => started.remove() };
  }

  async function planOf<Name extends 'deploy' | 'rollback'>(
    stack: ReleasedStack,
    ...argv: [Name, ...string[]]
  ) {
    const ended = await stack.stack.cli('plan', ...argv, '--json');
    return {
      ...ended,
      plan: (ended.code === 0 ? JSON.parse(ended.stdout) : undefined) as PlanOf<Name>,
    };
  }

  const declared = (version: number): string => images[version - 1] ?? '';

  /** A database of one instance, as it were, and another service in its network. */
  const worker = (version: number): ReleasedStackOptions => ({
    services: {
      worker: {
        entrypoint: ['sh', '-c', `echo "version ${version} with $$TOKEN"; exec sleep 3600`],
        environment: { TOKEN: 'hush-hush' },
        image: declared(version),
        init: true,
        labels: testLabels(),
        stop_grace_period: '1s',
      },
      tied: {
        ...{
          image: TEST_IMAGES.app1,
          network_mode: 'service:worker',
          environment: { PORT: '9000' },
        },
        ...{ labels: testLabels(), entrypoint: ['sleep', '3600'], init: true },
      },
    },
    deploy: { worker: { strategy: 'recreate' } },
  });

  async function inWorker(stack: ReleasedStack, script: string): Promise<string> {
    return (await stack.compose('exec', '-T', 'worker', 'sh', '-c', script)).stdout.trim();
  }

  it('refuses to put what lies in a volume without a name behind a switch, with the place and the lines', async () => {
    const stack = await newStack({ service: { image: declared(1), volumes: [] } });
    await stack.compose('up', '-d');
    await stack.compose('exec', '-T', 'api', 'sh', '-c', 'echo precious > /data/file');
    const { Mounts } = await docker.getContainer(await idOf(stack, 'api')).inspect();
    const volume = Mounts[0]?.Name ?? '';

    const refused = await planOf(stack, 'deploy');
    expect(refused.code).toBe(REFUSED);
    expect(refused.stderr).toMatch(/compose\.yaml:\d+:\d+ services\.api: \/data /);
    expect(refused.stderr).toContain(`api-data: {external: true, name: ${volume}}`);

    // As the advice has it.
    await stack.describe({
      service: { image: declared(2), volumes: ['api-data:/data'] },
      compose: { volumes: { 'api-data': { external: true, name: volume } } },
    });
    await stack.mustDeploy();
    expect(await stack.serving()).toBe('2');
    const blue = await docker.getContainer(await idOf(stack, 'api-blue')).inspect();
    expect(blue.Mounts).toMatchObject([{ Name: volume, Destination: '/data' }]);
  });

  it('keeps the data of a recreated service, and all that shares with it, on every way', async () => {
    const stack = await newStack(worker(1));
    await stack.compose('up', '-d');
    await inWorker(stack, 'echo precious > /data/file');

    const { plan } = await planOf(stack, 'deploy');
    expect(plan.services).toMatchObject([{}, { service: 'worker', followers: ['tied'] }]);
    await stack.mustDeploy();
    expect(await inWorker(stack, 'cat /data/file')).toBe('precious');
    expect(await tiedTo(stack)).toBe(await idOf(stack, 'worker'));

    await stack.describe(worker(2));
    await stack.mustDeploy();
    expect(await inWorker(stack, 'cat /data/file')).toBe('precious');
    expect(await tiedTo(stack)).toBe(await idOf(stack, 'worker'));

    // What the tag has left is nobody's but pawl's by now.
    const { ImagesDeleted } = await docker.pruneImages({ filters: { label: [label] } });
    expect(ImagesDeleted).toBeNull();
    expect(await stack.heldImages()).toHaveLength(6);
    expect((await planOf(stack, 'rollback')).plan).toMatchObject({ release: 2 });
    expect(await stack.rollback()).toMatchObject({ code: 0 });
    expect(await inWorker(stack, 'cat /data/file')).toBe('precious');

    // One that fails is undone.
    await stack.describe({
      ...worker(2),
      file: { gates: { after: [{ http: { url: `${stack.url}/`, expect: 418, timeout: '1s' } }] } },
    });
    const failed = await stack.deploy();
    expect(failed).toMatchObject({ code: 3 });
    const said = await stack.stack.cli('logs', failed.run ?? '', '--step', 'start:worker');
    expect(said.stdout).toContain('version 2 with [redacted]');
    expect(await inWorker(stack, 'cat /data/file')).toBe('precious');
    expect(await tiedTo(stack)).toBe(await idOf(stack, 'worker'));
  }, 400_000);

  async function idOf(stack: ReleasedStack, service: string): Promise<string> {
    const found = (await stack.containers()).find((one) => one.service === service);
    return found?.id ?? `no container of ${service}`;
  }

  async function tiedTo(stack: ReleasedStack): Promise<string> {
    const { HostConfig, State } = await docker.getContainer(await idOf(stack, 'tied')).inspect();
    return State.Running ? (HostConfig.NetworkMode ?? '').replace('container:', '') : State.Status;
  }
});
