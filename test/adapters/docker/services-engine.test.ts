import { setTimeout as sleep } from 'node:timers/promises';
import Dockerode from 'dockerode';
import { createServiceContainers } from '../../../activities/adapters/docker/create-service-containers';
import type { Attempt } from '../../../activities/ports/attempt';
import {
  docker,
  startContainer,
  TEST_IMAGES,
  uniqueName,
  type TestContainer,
} from '../../support/docker';
import { failureOf } from '../../support/failure-of';
import { until } from '../../support/processes';
import { describeWith } from '../../support/requirements';
import { testLabels } from '../../support/run-labels';
import { startRelay } from './engine-relay';
import { composeSite, type ServiceContainer } from './service-container';

const engine = createServiceContainers({ docker });

function attemptOf(signal = new AbortController().signal, onProgress = () => undefined): Attempt {
  return { signal, onProgress, owner: 'pawl:test' };
}

describeWith(['docker'], 'containers of a service, for a release', () => {
  const started: Pick<ServiceContainer, 'remove'>[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((service) => service.remove()));
  });

  it("tell Docker's own health check", async () => {
    const project = uniqueName('project');
    const checked = await docker.createContainer({
      ...{ name: uniqueName('checked'), Image: TEST_IMAGES.base, Cmd: ['sleep', '60'] },
      Healthcheck: { Test: ['CMD', 'test', '-e', '/healthy'], Interval: 1e8, Retries: 2 },
      Labels: {
        ...testLabels(),
        'com.docker.compose.project': project,
        'com.docker.compose.service': 'api',
        'com.docker.compose.oneoff': 'False',
      },
    });
    started.push({ remove: () => checked.remove({ force: true }) });
    await checked.start();
    const healthIs = (wanted: string) => async () => {
      const [found] = await engine.containers(composeSite(project), project, 'api');
      return found?.health === wanted ? true : undefined;
    };
    await until(healthIs('unhealthy'));
    await (await checked.exec({ Cmd: ['touch', '/healthy'] })).start({});
    await until(healthIs('healthy'));
  });
});

describeWith(['docker'], 'a one-off container', () => {
  const started: TestContainer[] = [];
  const start = async (options: Parameters<typeof startContainer>[0]) => {
    const container = await startContainer(options);
    started.push(container);
    return { container: container.container, name: await nameOf(container) };
  };
  const script = (text: string) => start({ command: ['sh', '-c', text] });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((container) => container.remove().catch(unlessGone)));
  });

  it('has the last 64 KiB kept, of each of the two', async () => {
    const { name } = await script('echo head; seq 1 200000 >&2');
    const ended = await engine.awaitExit(name, attemptOf());
    expect(ended?.stdout).toBe('head');
    expect(ended?.output.length).toBeLessThanOrEqual(64 * 1024);
    expect(ended?.output.length).toBeGreaterThan(60 * 1024);
    expect(ended?.output).toMatch(/^\d+\n/);
    expect(ended?.output.endsWith('\n199999\n200000')).toBe(true);
  });

  // Docker's own init would be started, and then fail by itself.
  const withoutInit = { hostConfig: { Init: false } };
  it('that cannot be started says why, at once', async () => {
    const { name } = await start({ ...withoutInit, command: ['/no/such'], started: false });
    for (let attempt = 1; attempt <= 2; attempt++) {
      const failure = await failureOf(engine.awaitExit(name, attemptOf()));
      expect(failure.kind).toBe('PreconditionFailed');
      expect(failure.message).toMatch(/could not be started.*\/no\/such/);
    }
  });

  it('is waited for by the next attempt after the engine was away', async () => {
    const { name } = await script('sleep 3; echo whole; exit 6');
    const relay = await startRelay();
    try {
      const through = createServiceContainers({
        docker: new Dockerode({ socketPath: relay.path }),
      });
      const waiting = failureOf(through.awaitExit(name, attemptOf()));
      await sleep(400);
      await relay.stop();
      expect((await waiting).kind).toBe('ServiceUnavailable');
    } finally {
      await relay.remove();
    }
    const ended = await engine.awaitExit(name, attemptOf());
    expect(ended).toEqual({ exitCode: 6, output: 'whole', stdout: 'whole' });
  });

  it('counts by its exit code when its log is kept elsewhere', async () => {
    const elsewhere = { hostConfig: { LogConfig: { Type: 'none', Config: {} } } };
    const { name } = await start({ command: ['sh', '-c', 'echo lost; exit 5'], ...elsewhere });
    expect(await engine.awaitExit(name, attemptOf())).toMatchObject({
      ...{ exitCode: 5, stdout: '' },
      output: expect.stringContaining('does not support reading') as string,
    });
  });

  it('has its last lines read while it runs; one that is gone has none', async () => {
    // The engine copies both outputs at once: what is written at the same time has no order.
    const { container } = await script('seq 1 50; sleep 0.5; echo no break >&2; sleep 60');
    const lines = () => engine.lastLines(container.id, 3);
    await until(async () => ((await lines()).endsWith('no break') ? true : undefined));
    expect(await lines()).toBe('49\n50\nno break');
    await container.remove({ force: true });
    expect(await lines()).toBe('');
  });

  it('has a log without what it was told in its environment, and none when it is gone', async () => {
    const environment = { TOKEN: 'hush-hush', SHORT: 'true' };
    const command = ['sh', '-c', 'echo "$TOKEN is $SHORT"'];
    const { container } = await startContainer({ command, environment });
    await container.wait();
    expect(await engine.log(container.id)).toMatch(/^20\S+Z \[redacted\] is true$/);
    expect(await engine.lastLines(container.id, 1)).toBe('[redacted] is true');
    const { Name } = await container.inspect();
    expect(await engine.awaitExit(Name.slice(1), attemptOf())).toMatchObject({
      output: '[redacted] is true',
    });
    await container.remove();
    expect(await engine.log(container.id)).toBeUndefined();
  });

  it('is stopped with its grace and removed, and removed again', async () => {
    const { container } = await script('trap "sleep 1; exit 0" TERM; echo; sleep 60 & wait');
    await until(async () =>
      (await container.logs({ stdout: true })).length > 0 ? true : undefined,
    );
    const begin = performance.now();
    await engine.retire(container.id, attemptOf());
    await engine.retire(container.id, attemptOf());
    expect(performance.now() - begin).toBeGreaterThan(1_000);
    expect(performance.now() - begin).toBeLessThan(9_000);
    await expect(container.inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  it('is removed without the volumes that nobody named, for they may hold data', async () => {
    const image = await declaring('VOLUME ["/data", "/scratch"]');
    const volumes = async (id: string) => {
      const { Mounts } = await docker.getContainer(id).inspect();
      return Object.fromEntries(Mounts.map(({ Destination, Name = '' }) => [Destination, Name]));
    };
    const run = (tmpfs: Record<string, string>) =>
      docker.createContainer({ Image: image, HostConfig: { Tmpfs: tmpfs }, Labels: testLabels() });
    const [kept, shadowed] = [
      await run({ '/scratch': '' }),
      await run({ '/scratch': '', '/data': '' }),
    ];
    const [data, never] = [await volumes(kept.id), await volumes(shadowed.id)];
    for (const { id } of [kept, shadowed]) await engine.retire(id, attemptOf());
    expect(await engine.hasVolume(data['/data'] ?? '')).toBe(true);
    expect(await engine.hasVolume(never['/data'] ?? '')).toBe(false);
    expect(await engine.hasVolume('no such/volume')).toBe(false);
    for (const name of Object.values(data)) await docker.getVolume(name).remove();
    await docker.getImage(image).remove();
  });
});

/** An image of the tests' base that says so much more. */
async function declaring(change: string): Promise<string> {
  const container = await startContainer({ image: TEST_IMAGES.base, started: false });
  const [repo, tag] = [uniqueName('declaring'), 'x'];
  await container.container.commit({ repo, tag, changes: change });
  await container.remove();
  return `${repo}:${tag}`;
}

describeWith(['docker'], 'the engine', () => {
  it('has free space where this host sees its folder', async () => {
    const free = await engine.freeBytes();
    expect(free).toBeGreaterThan(1024 * 1024);
  });
});

describe('an engine that is away', () => {
  const away = createServiceContainers({
    docker: new Dockerode({ socketPath: '/nowhere/d.sock' }),
  });

  it.each([
    ['containers', () => away.containers(composeSite('melvin'), 'melvin', 'api')],
    ['awaitExit', () => away.awaitExit('melvin', attemptOf())],
    ['removeOneOff', () => away.removeOneOff('melvin')],
    ['retire', () => away.retire('melvin', attemptOf())],
    ['log', () => away.log('melvin')],
    ['stop', () => away.stop('melvin', attemptOf())],
    ['hasVolume', () => away.hasVolume('melvin')],
    ['lastLines', () => away.lastLines('melvin', 3)],
    ['freeBytes', () => away.freeBytes()],
  ])('is unavailable: %s', async (_name, ask) => {
    const failure = await failureOf(ask());
    expect(failure.kind).toBe('ServiceUnavailable');
    expect(failure.message).toContain('/nowhere/d.sock');
  });
});

async function nameOf({ container }: TestContainer): Promise<string> {
  return (await container.inspect()).Name.slice(1);
}

function unlessGone(error: { statusCode?: number }): void {
  if (error.statusCode !== 404) throw error as Error;
}
