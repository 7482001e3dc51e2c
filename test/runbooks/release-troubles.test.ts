import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Faults } from '../chaos/faults';
import { TestRegistry } from '../adapters/docker/test-registry';
import { docker, TEST_IMAGES } from '../support/docker';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { testLabels } from '../support/run-labels';
import { BadDay, killProcessOf } from './support/bad-day';
import type { Ended } from './support/protected-stack';
import { ReleasedStack, type ReleasedStackOptions } from './support/released-stack';
import { Relay } from './support/relay';

const MIGRATE = '/app/migrate.cjs';
/** While a slot dies, the other one answers. */
const MOST_SECONDS_AWAY = 5;

type Version = '1' | '2';
type Victim = 'the new slot' | 'the old slot' | 'the switch';

interface CanaryChange {
  readonly environment?: Readonly<Record<string, string>>;
  readonly policy?: object;
  readonly restart?: 'no' | 'unless-stopped';
}

describeWith(['temporal', 'restic', 'docker', 'compose'], 'on a bad day, a release', () => {
  let pawl: PawlEnvironment;
  let faults: Faults;
  let faultDirectory: string;
  const stacks: ReleasedStack[] = [];

  beforeAll(async () => {
    faultDirectory = await mkdtemp(join(tmpdir(), 'pawl-faults-'));
    faults = Faults.in(faultDirectory);
    pawl = await startPawl({ workerEnv: faults.env });
  });

  afterAll(async () => {
    for (const stack of stacks) await stack.remove();
    await pawl.stop();
    await rm(faultDirectory, { recursive: true });
  });

  async function newStack(): Promise<ReleasedStack> {
    const stack = await ReleasedStack.create(pawl);
    stacks.push(stack);
    return stack;
  }

  async function releasedStack(options: ReleasedStackOptions = {}): Promise<ReleasedStack> {
    const stack = await newStack();
    await stack.describe(options);
    await stack.mustDeploy();
    return stack;
  }

  describe('whose image comes from a registry', () => {
    let registry: TestRegistry;
    let way: Relay;
    let stack: ReleasedStack;
    let reference: string;

    beforeAll(async () => {
      registry = await TestRegistry.start();
      const [host = '', port = ''] = registry.address.split(':');
      way = await Relay.to({ host, port: Number(port) });
      reference = `${way.address}/app:now`;
      await push(TEST_IMAGES.app1);
      stack = await releasedStack(fromRegistry());
      // 440 MB are compressed on their way: 15 s, and minutes where others need the processor too.
    }, 300_000);

    afterAll(async () => {
      await way.close();
      await registry.remove();
    });

    const fromRegistry = (limits: object = {}): ReleasedStackOptions => ({
      service: { image: reference },
      file: { limits: { heartbeat: '3s', ...limits } },
    });

    const push = async (image: string): Promise<void> => {
      const { Id } = await docker.getImage(image).inspect();
      await registry.push(Id, reference);
    };

    it('ends before anything is touched when the registry is away', async () => {
      const day = await BadDay.begin(stack, 'registry away before the run');
      await way.close();
      const refused = await stack.deploy();
      await way.open();
      const { serves, before, now, report } = await day.end();

      expect(refused).toMatchObject({ code: 7 });
      expect(refused.stderr).toContain(`Image ${reference} is neither available from a registry`);
      expect(serves).toBe('1');
      expect(now).toEqual(before);
      expect(report.total.failed).toBe(0);
    });

    it('ends at its deadline before anything is touched when the registry goes away before the pull', async () => {
      await push(TEST_IMAGES.app2);
      await stack.describe(fromRegistry({ stall: '4s', deadline: '15s' }));
      const day = await BadDay.begin(stack, 'registry away from the pull on, to the deadline');
      const { run } = await inStep('pullImage', stack, () => way.close());
      const failed = await stack.stack.watch(run);
      await way.open();
      const { serves, before, now, report } = await day.end();

      expect(failed).toMatchObject({ code: 1, failure: { type: 'ServiceUnavailable' } });
      expect(failed.failure?.message).toContain(`pull image ${reference} for api`);
      expect(failed.failure?.state).toBe('Nothing was changed.');
      expect(serves).toBe('1');
      expect(now).toEqual(before);
      expect(report.total.failed).toBe(0);
    });

    it('waits for a registry that comes back, and goes on', async () => {
      await stack.describe(fromRegistry());
      const day = await BadDay.begin(stack, 'registry away during the pull, and back');
      const { run } = await inStep('pullImage', stack, () => way.close());
      await stack.stack.step(run, 'pull:api', ({ attempt = 1 }) => attempt > 1);
      await way.open();
      expect(await stack.stack.watch(run)).toMatchObject({ code: 0 });
      const { serves, report } = await day.end();

      expect(serves).toBe('2');
      expect(report.total.failed).toBe(0);
    });

    it('is refused when the tag has moved since its plan was shown', async () => {
      const day = await BadDay.begin(stack, 'tag moved between plan and run');
      const { run } = await inStep('observeRelease', stack, () => push(TEST_IMAGES.app1));
      const refused = await stack.stack.watch(run);
      const { serves, before, now, report } = await day.end();

      expect(refused).toMatchObject({ code: 7, failure: { type: 'PreconditionFailed' } });
      expect(refused.failure?.message).toContain('no longer the one that was shown');
      expect(serves).toBe('2');
      expect(now).toEqual(before);
      expect(report.total.failed).toBe(0);
    });

    it('ends with what its plan has shown when the tag moves during the run', async () => {
      const day = await BadDay.begin(stack, 'tag moved during the run');
      const { run } = await inStep('pullImage', stack, () => push(TEST_IMAGES.app2));
      expect(await stack.stack.watch(run)).toMatchObject({ code: 0 });
      const { serves, report } = await day.end();

      expect(serves).toBe('1');
      expect(report.total.failed).toBe(0);
      await stack.mustDeploy();
      expect(await stack.versions()).toEqual(['2']);
    });
  });

  describe('with a migration that takes longer than heartbeats may be away', () => {
    let stack: ReleasedStack;

    beforeAll(async () => {
      stack = await releasedStack();
    });

    const sleeping = (seconds: number): ReleasedStackOptions => ({
      service: { image: TEST_IMAGES.app2 },
      file: { migrations: { service: 'api', run: ['node', MIGRATE, 'sleep', String(seconds)] } },
    });

    const migratesIn = (run: string) =>
      until(async () => {
        const filters = { label: [`pawl.run=${run}`] };
        return (await docker.listContainers({ filters })).length > 0 ? true : undefined;
      });

    it('leaves nothing behind when it is cancelled meanwhile', async () => {
      await stack.describe(sleeping(600));
      const day = await BadDay.begin(stack, 'cancelled in a long migration');
      const run = await stack.stack.submit('deploy', '-y', '--force');
      await migratesIn(run);
      expect(await stack.stack.cli('cancel', run)).toMatchObject({ code: 0 });
      expect(await stack.stack.watch(run)).toMatchObject({ code: 5 });
      const { serves, before, now, report } = await day.end();

      expect(serves).toBe('1');
      expect(now).toEqual(before);
      expect(report.total.failed).toBe(0);
    });

    it('drops no request, and runs it once', async () => {
      await stack.describe(sleeping(7));
      const day = await BadDay.begin(stack, 'migration of 7 s');
      const run = await stack.stack.submit('deploy', '-y', '--force');
      let attempts = 0;
      await stack.stack.step(run, 'migrate', ({ state, attempt = 0 }) => {
        attempts = Math.max(attempts, attempt);
        return state === 'done';
      });
      expect(await stack.stack.watch(run)).toMatchObject({ code: 0 });
      const { serves, report } = await day.end();

      expect(attempts).toBe(1);
      expect(serves).toBe('2');
      expect(report.total.failed).toBe(0);
    });
  });

  describe('whose migration locks a table for a minute', () => {
    const SECONDS = 60;
    const modules = join(__dirname, '../../node_modules');
    const scripts = join(__dirname, 'support/with-database');
    const PASSWORD = 'of the database';

    const asking = (image: string): ReleasedStackOptions => ({
      service: {
        image,
        command: ['node', '--require', '/with-database/asks.cjs', '/app/app.cjs'],
        volumes: [`${modules}:/node_modules:ro`, `${scripts}:/with-database:ro`],
      },
      environment: { PGHOST: 'db', PGUSER: 'postgres', PGPASSWORD: PASSWORD },
      services: {
        db: {
          ...{ image: TEST_IMAGES.postgres, labels: testLabels() },
          environment: { POSTGRES_PASSWORD: PASSWORD },
        },
      },
    });

    async function createTable(stack: ReleasedStack): Promise<void> {
      const psql = ['psql', '-U', 'postgres', '-h', '127.0.0.1', '-c', 'create table visits ()'];
      const inside = ['exec', '-T', '-e', `PGPASSWORD=${PASSWORD}`, 'db', ...psql];
      await stack.compose('up', '-d', 'db');
      await until(() =>
        stack.compose(...inside).then(
          () => true,
          () => undefined,
        ),
      );
    }

    it('lets every request wait for it, and fails none', async () => {
      const stack = await newStack();
      await stack.describe(asking(TEST_IMAGES.app1));
      await createTable(stack);
      await stack.mustDeploy();
      const run = ['node', '/with-database/lock.cjs', String(SECONDS)];
      await stack.describe({
        ...asking(TEST_IMAGES.app2),
        file: { migrations: { service: 'api', run } },
      });
      const day = await BadDay.begin(stack, 'migration locks a table for a minute', {
        timeoutSeconds: SECONDS * 2,
      });
      expect(await stack.deploy()).toMatchObject({ code: 0 });
      const { serves, report } = await day.end();

      expect(serves).toBe('2');
      expect(report.total).toMatchObject({ failed: 0, byApplication: 0 });
      expect(report.total.longestGapSeconds).toBeGreaterThan(SECONDS * 0.9);
    }, 240_000);
  });

  describe('whose place is taken', () => {
    it('begins nothing when another process has the port', async () => {
      const stack = await newStack();
      const squatter = createServer().listen(stack.port, '127.0.0.1');
      await once(squatter, 'listening');
      const refused = await stack.deploy();
      squatter.close();

      expect(refused).toMatchObject({ code: 7, failure: { type: 'PreconditionFailed' } });
      expect(refused.failure?.message).toContain('address already in use');
      expect(refused.failure?.state).toContain('Nothing serves, as before');
      // Compose makes the project's network, and the next one uses it.
      expect(await stack.belongings()).toMatchObject({ containers: [], volumes: [] });
      await stack.mustDeploy();
      expect(await stack.versions()).toEqual(['1']);
    });

    it('gives the port back to plain Compose when another process has taken it in between', async () => {
      const stack = await newStack();
      await stack.compose('up', '-d');
      await until(async () => ((await stack.serving()) === '1' ? true : undefined));
      await stack.describe({ service: { image: TEST_IMAGES.app2 } });
      const day = await BadDay.begin(stack, 'port taken while the switch is to take it over');
      const run = await stack.stack.submit('deploy', '-y', '--force');
      const squatter = await firstOn(stack.port);
      await stack.stack.step(run, 'give-back:api', ({ state }) => state === 'running');
      squatter.close();
      const failed = await stack.stack.watch(run);
      await until(async () => ((await stack.serving()) === '1' ? true : undefined));
      const { serves, before, now } = await day.end();

      expect(failed).toMatchObject({ code: 7, failure: { type: 'PreconditionFailed' } });
      expect(failed.failure?.message).toContain('address already in use');
      expect(failed.failure?.state).toMatch(/^Release \d+ serves\. /);
      expect(serves).toBe('1');
      expect(now).toEqual(before);
      await stack.mustDeploy();
      expect(await stack.versions()).toEqual(['2']);
    });

    it('leaves a foreign container alone that has the name of a slot', async () => {
      const stack = await releasedStack();
      await stack.describe({ service: { image: TEST_IMAGES.app2 } });
      const day = await BadDay.begin(stack, "a slot's name taken by a foreign container");
      const name = `${stack.project}-api-green-1`;
      const labels = testLabels();
      const foreign = await docker.createContainer({
        name,
        Image: TEST_IMAGES.base,
        Cmd: ['sleep', '3600'],
        Labels: labels,
      });
      const refused = await stack.deploy();
      const { serves, before, now, report } = await day.end();
      await foreign.remove();

      expect(refused).toMatchObject({ code: 7, failure: { type: 'PreconditionFailed' } });
      expect(refused.failure?.message).toContain(name);
      expect(serves).toBe('1');
      expect(now).toEqual(before);
      expect(report.total.failed).toBe(0);
      await stack.mustDeploy();
      expect(await stack.versions()).toEqual(['2']);
    });
  });

  describe('in whose canary', () => {
    let stack: ReleasedStack;
    /** That serves when a day begins. */
    let version: Version;

    beforeAll(async () => {
      stack = await releasedStack(canary('1'));
    });

    beforeEach(async () => {
      version = (await stack.serving()) as Version;
    });

    const other = (): Version => (version === '1' ? '2' : '1');

    const canary = (next: Version, change: CanaryChange = {}): ReleasedStackOptions => {
      const { environment = {}, policy, restart = 'unless-stopped' } = change;
      const usual = { pauseSeconds: 4, minRequests: 10, maxErrorRate: '2%', maxSlowdown: 20 };
      return {
        api: { canary: { steps: ['50%'], ...usual, ...policy } },
        service: { image: next === '1' ? TEST_IMAGES.app1 : TEST_IMAGES.app2, restart },
        environment,
      };
    };

    /** The containers of the slot that serves, and of the one beside it: the canary's. */
    async function victimOf(what: Victim): Promise<string> {
      const containers = await stack.containers();
      const newest = Math.max(
        ...containers.map(({ labels }) => Number(labels['pawl.release'] ?? 0)),
      );
      const found = containers.find(({ labels }) => {
        const role = labels['pawl.role'] === 'switch' ? 'the switch' : undefined;
        const isNew = Number(labels['pawl.release']) === newest;
        return what === (role ?? (isNew ? 'the new slot' : 'the old slot'));
      });
      return found?.id ?? '';
    }

    /** Whatever it came to, the next one is a good one. */
    async function expectNextGood(serves: string): Promise<void> {
      const next = serves === '1' ? '2' : '1';
      await stack.describe(canary(next));
      await stack.mustDeploy();
      expect(await stack.versions()).toEqual([next]);
      expect(await stack.running()).toEqual(['api', 'api-blue', 'api-green']);
      expect(await stack.containers()).toHaveLength(3);
    }

    it.each<[Victim, 'crashes' | 'is killed by hand', readonly number[], number]>([
      // Whether there were too many errors before it was back is chance.
      ['the new slot', 'crashes', [0, 3], MOST_SECONDS_AWAY],
      ['the new slot', 'is killed by hand', [3], MOST_SECONDS_AWAY],
      ['the old slot', 'crashes', [0], MOST_SECONDS_AWAY],
      ['the old slot', 'is killed by hand', [0], MOST_SECONDS_AWAY],
      ['the switch', 'crashes', [0, 3], 10],
      ['the switch', 'is killed by hand', [3], 30],
    ])('%s %s, one release serves', async (what, how, codes, mostSecondsAway) => {
      await stack.describe(canary(other()));
      const day = await BadDay.begin(stack, `${what} ${how} in the canary`);
      const { run } = await inStep('watchTraffic', stack, async () => {
        const victim = await victimOf(what);
        if (how === 'crashes') await killProcessOf(victim);
        else await docker.getContainer(victim).kill();
      });
      const ended = await stack.stack.watch(run);
      const { serves, before, now, report } = await day.end();

      expect(codes).toContain(ended.code);
      expect(serves).toBe(ended.code === 0 ? other() : version);
      if (ended.code !== 0) {
        expect(ended.failure).toMatchObject({ type: 'VerificationFailed' });
        expect(ended.failure?.state).toMatch(/^Release \d+ serves\. /);
      }
      expect(now.networks).toEqual(before.networks);
      expect(now.volumes).toEqual(before.volumes);
      expect(report.total.longestGapSeconds).toBeLessThan(mostSecondsAway);
      await expectNextGood(serves);
    });

    it.each<[string, CanaryChange, RegExp]>([
      [
        'answers 5 % of all with errors',
        { environment: { FAIL_PERCENT: '5' }, policy: { pauseSeconds: 9 } },
        /new: \d+ of \d+ failed/,
      ],
      [
        'dies after 5 s',
        { environment: { DIE_AFTER_MS: '5000' }, policy: { pauseSeconds: 9 }, restart: 'no' },
        /new: \d+ of \d+ failed/,
      ],
      [
        'is four times as slow',
        {
          environment: { DELAY_MS: '200', SLOW_FACTOR: '4' },
          policy: { maxSlowdown: 1.5, pauseSeconds: 9 },
        },
        /its answers took/,
      ],
    ])('the new one %s, the old one serves', async (how, change, why) => {
      await stack.describe(canary(other(), change));
      const day = await BadDay.begin(stack, `the new one ${how}`);
      const ended = await stack.deploy();
      const { serves, now, report } = await day.end();

      expect(ended).toMatchObject({ code: 3, failure: { type: 'VerificationFailed' } });
      expect(ended.failure?.message).toMatch(why);
      expect(serves).toBe(version);
      expect(now.containers).toHaveLength(2);
      expect(report.total.longestGapSeconds).toBeLessThan(MOST_SECONDS_AWAY);
      await expectNextGood(serves);
    });
  });

  it('is not mixed up with another one at once: refused without waiting, or after it', async () => {
    const stack = await releasedStack();
    await stack.describe({ service: { image: TEST_IMAGES.app2 } });
    const day = await BadDay.begin(stack, 'two deploys at once');
    const later: Promise<Ended>[] = [];
    const { run } = await inStep('startService', stack, async () => {
      expect(await stack.deploy('--no-wait')).toMatchObject({ code: 4 });
      later.push(stack.deploy());
      await until(async () => {
        const { stdout } = await stack.stack.cli('status', '--json');
        const { queue } = JSON.parse(stdout) as { queue: { waiting: readonly object[] } };
        return queue.waiting.length === 1 ? true : undefined;
      });
    });
    expect(await stack.stack.watch(run)).toMatchObject({ code: 0 });
    const [second] = await Promise.all(later);
    const { serves, report } = await day.end();

    // What it had shown was a release in the place of the one before.
    expect(second).toMatchObject({ code: 7, failure: { type: 'PreconditionFailed' } });
    expect(second?.failure?.message).toContain('no longer the one that was shown');
    expect(serves).toBe('2');
    expect(report.total.failed).toBe(0);
    await stack.describe({});
    await stack.mustDeploy();
    expect(await stack.versions()).toEqual(['1']);
  });

  /** Does something while a run waits at the beginning of an activity. */
  async function inStep(
    activity: string,
    { stack }: ReleasedStack,
    work: () => Promise<void>,
  ): Promise<{ readonly run: string }> {
    const [fault] = await faults.arm({ activity, at: 'start', then: 'hold' });
    const run = await stack.submit('deploy', '-y', '--force');
    await fault?.struck();
    await work();
    await fault?.release();
    return { run };
  }

  /** Takes a port the moment it is free. */
  async function firstOn(port: number): Promise<Server> {
    return until(async () => {
      const server = createServer().listen(port, '127.0.0.1');
      return once(server, 'listening').then(
        () => server,
        () => undefined,
      );
    }, 60);
  }
});
