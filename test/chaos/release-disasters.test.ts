import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeImage, TestRegistry } from '../adapters/docker/test-registry';
import { BadDay } from '../runbooks/support/bad-day';
import type { Ended } from '../runbooks/support/protected-stack';
import { Relay } from '../runbooks/support/relay';
import { ReleasedStack, type ReleasedStackOptions } from '../runbooks/support/released-stack';
import { docker, TEST_IMAGES } from '../support/docker';
import { isNightly } from '../support/nightly';
import { PawlEnvironment } from '../support/pawl-environment';
import { describeWith } from '../support/requirements';
import { canRunEngine, TestEngine } from '../support/test-engine';
import { Faults, type ArmedFault, type Fault } from './faults';

type Version = '1' | '2';

const other = (version: Version): Version => (version === '1' ? '2' : '1');
const AFTER_FIRST = ['api', 'api-blue', 'api-green'];

const release = (version: Version, engine?: TestEngine): ReleasedStackOptions => ({
  ...(engine && { network: engine.network }),
  api: { canary: { steps: ['50%'], pauseSeconds: 1, minRequests: 100_000 } },
  service: {
    image: version === '1' ? TEST_IMAGES.app1 : TEST_IMAGES.app2,
    restart: 'unless-stopped',
  },
});

/** Disasters in one release, or, in the nightly run, in a release each: where, in words, and in which activities. */
function rows(activities: readonly string[]): readonly (readonly [string, readonly string[]])[] {
  if (isNightly) return activities.map((activity) => [activity, [activity]]);
  return [[activities.join(', '), activities]];
}

/** Pawl with faults, and a stack whose first release serves. */
class Scene {
  version: Version = '1';

  private constructor(
    readonly pawl: PawlEnvironment,
    readonly stack: ReleasedStack,
    private readonly faults: Faults,
    private readonly faultDirectory: string,
    private readonly engine: TestEngine | undefined,
  ) {}

  static async open(engine?: TestEngine): Promise<Scene> {
    const faultDirectory = await mkdtemp(join(tmpdir(), 'pawl-faults-'));
    const faults = await Faults.in(faultDirectory);
    const env = engine === undefined ? {} : { DOCKER_HOST: engine.host };
    const pawl = await PawlEnvironment.start({ env, workerEnv: faults.env });
    const stack = await ReleasedStack.create(pawl, release('1', engine), engine?.docker);
    await stack.mustDeploy();
    return new Scene(pawl, stack, faults, faultDirectory, engine);
  }

  /** Begins the next release, which waits at the beginning of an activity. */
  async submitHeldIn(
    activity: string,
    next = release(other(this.version), this.engine),
  ): Promise<{ run: string; held: ArmedFault }> {
    const { run, holds } = await this.submitHeldInEach([activity], next);
    await holds[0]?.struck();
    return { run, held: holds[0] as ArmedFault };
  }

  /** Takes the next release through a disaster at the beginning of each activity, in their order. */
  async throughDisasters(
    activities: readonly string[],
    disaster: (letGoOn: () => Promise<void>) => Promise<void>,
  ): Promise<Ended> {
    const { run, holds } = await this.submitHeldInEach(activities);
    for (const hold of holds) {
      await hold.struck();
      await disaster(() => hold.release());
    }
    return this.stack.stack.watch(run);
  }

  private async submitHeldInEach(
    activities: readonly string[],
    next = release(other(this.version), this.engine),
  ): Promise<{ run: string; holds: readonly ArmedFault[] }> {
    await this.stack.describe(next);
    const holds = await this.faults.arm(
      ...activities.map((activity): Fault => ({ activity, at: 'start', then: 'hold' })),
    );
    return { run: await this.stack.stack.submit('deploy', '-y', '--force'), holds };
  }

  async close(): Promise<void> {
    await this.stack.remove();
    await this.pawl.stop();
    await rm(this.faultDirectory, { recursive: true });
  }
}

describeWith(['temporal', 'restic', 'docker', 'compose'], 'a release', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.open();
  });

  afterAll(() => scene.close());

  it.each(rows(['prepareRelease', 'startService', 'watchTraffic', 'drainSlot']))(
    'goes on when the Temporal server is killed in %s, and drops no request',
    async (where, activities) => {
      const { stack, pawl, version } = scene;
      const day = await BadDay.begin(stack, `Temporal server killed in ${where}`);
      const ended = await scene.throughDisasters(activities, async (letGoOn) => {
        await pawl.killServer9();
        await letGoOn();
        await pawl.startServer();
      });
      expect(ended).toMatchObject({ code: 0 });
      const { serves, report } = await day.end();
      scene.version = other(version);

      expect(serves).toBe(scene.version);
      expect(report.total.failed).toBe(0);
      expect(await stack.running()).toEqual(AFTER_FIRST);
      expect(await stack.containers()).toHaveLength(AFTER_FIRST.length);
    },
  );
});

const onOwnEngine: typeof describeWith = (requirements, title, body) => {
  if (canRunEngine) describeWith(requirements, title, body);
  else describe.skip(`${title} (needs root and dockerd)`, body);
};

onOwnEngine(['temporal', 'restic', 'docker', 'compose'], 'a release on an engine', () => {
  let engine: TestEngine;
  let scene: Scene;
  const opened: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    engine = await TestEngine.create();
    opened.push(() => engine.remove());
    await engine.start();
    await engine.load(TEST_IMAGES.app1, TEST_IMAGES.app2, TEST_IMAGES.switch);
    scene = await Scene.open(engine);
    opened.push(() => scene.close());
  });

  afterAll(async () => {
    for (const close of opened.reverse()) await close();
  });

  it('ends before anything is touched when the disk is too small, or full after all', async () => {
    const { stack } = scene;
    const registry = await TestRegistry.start();
    const reference = `${registry.address}/large:now`;
    try {
      const id = await makeImage(reference, 60_000_000);
      await registry.push(id, reference);
      await docker
        .getImage(id)
        .remove({ force: true })
        .catch(() => undefined);
      const large = { service: { image: reference }, network: engine.network };
      const small = `size=${(await engine.disk.usedMegabytes()) + 30}m`;
      await stack.describe(large);
      await engine.disk.remount(small);
      const refused = await stack.deploy();
      expect(refused.code).toBe(7);
      expect(refused.stderr).toContain('need about');
      await engine.disk.remount('size=3000m');

      const day = await BadDay.begin(stack, 'disk full during the pull');
      const { run, held } = await scene.submitHeldIn('pullImage', large);
      await engine.disk.remount(small);
      await held.release();
      const failed = await stack.stack.watch(run);
      await engine.disk.remount('size=3000m');
      const { serves, before, now, report } = await day.end();

      expect(failed).toMatchObject({ code: 1, failure: { type: 'CommandFailed' } });
      expect(failed.failure?.message).toContain('no space left on device');
      expect(failed.failure?.state).toBe('Nothing was changed.');
      expect(serves).toBe('1');
      expect(now).toEqual(before);
      expect(report.total.failed).toBe(0);
    } finally {
      await registry.remove();
    }
  });

  /*
   * What still runs is stopped by the engine that comes back: nobody is served until pawl starts it again. Whether it starts
   * the switch itself is a matter of moments; where it does not, a release that watches it is undone.
   */
  it.each([
    ...rows(['pullImage', 'startService', 'steerTraffic']).map((row) => [...row, [0]] as const),
    ...[['watchTraffic'], ['drainSlot']].map((only) => [only.join(), only, [0, 3]] as const),
  ])(
    'ends with one release that serves when the engine is killed in %s',
    (where, activities, codes) => killEngineIn(where, activities, { codes, liveRestore: false }),
  );

  it.each(rows(['startService', 'watchTraffic', 'drainSlot']))(
    'ends with the new one, and drops no request, when an engine with live-restore is killed in %s',
    (where, activities) => killEngineIn(where, activities, { codes: [0], liveRestore: true }),
  );

  async function killEngineIn(
    where: string,
    activities: readonly string[],
    { codes, ...how }: { readonly codes: readonly number[]; readonly liveRestore: boolean },
  ): Promise<void> {
    const { stack, version } = scene;
    const way = how.liveRestore ? await pastDockersProxy() : undefined;
    const title = how.liveRestore ? 'engine killed, with live-restore,' : 'engine killed';
    const url = way === undefined ? stack.url : `http://${way.address}`;
    const day = await BadDay.begin(stack, `${title} in ${where}`, { url });
    const ended = await scene.throughDisasters(activities, async (letGoOn) => {
      await engine.kill9();
      await letGoOn();
      await engine.start(how);
    });
    const { serves, report } = await day.end();
    await way?.close();
    scene.version = serves as Version;

    expect(codes).toContain(ended.code);
    expect(serves).toBe(ended.code === 0 ? other(version) : version);
    if (ended.code !== 0) {
      expect(ended.failure?.message).toMatch(/the switch of api does not run/i);
      expect(ended.failure?.state).toMatch(/^Release \d+ serves\. /);
    }
    if (how.liveRestore) expect(report.total.failed).toBe(0);
    await expectNextGood();
  }

  async function expectNextGood(): Promise<void> {
    const { stack, version } = scene;
    await stack.describe(release(other(version), engine));
    await stack.mustDeploy();
    scene.version = other(version);
    expect(await stack.versions()).toEqual([scene.version]);
    expect(await stack.running()).toEqual(AFTER_FIRST);
    // Nothing else is on this engine.
    expect(await engine.docker.listContainers({ all: true })).toHaveLength(AFTER_FIRST.length);
    const { Volumes } = (await engine.docker.listVolumes()) as { Volumes: unknown[] | null };
    expect(Volumes ?? []).toEqual([]);
    const networks = (await engine.docker.listNetworks()).map(({ Name }) => Name).sort();
    expect(networks).toEqual([`${stack.project}_default`, 'bridge', 'host', 'none'].sort());
  }

  /**
   * To the switch itself. Docker's own proxy on loopback dies with the engine; what comes from outside is let in by the
   * kernel, which this stands for.
   */
  async function pastDockersProxy(): Promise<Relay> {
    const { stack } = scene;
    const { id } = (await stack.containers()).find(({ service }) => service === 'api') ?? {
      id: '',
    };
    const { NetworkSettings } = await engine.docker.getContainer(id).inspect();
    const host = NetworkSettings.Networks[`${stack.project}_default`]?.IPAddress ?? '';
    return Relay.to({ host, port: 8000 });
  }
});
