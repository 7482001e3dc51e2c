import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Faults } from '../chaos/faults';
import { TestRegistry } from '../adapters/docker/test-registry';
import { docker, TEST_IMAGES } from '../support/docker';
import { isNightly } from '../support/nightly';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { testLabels } from '../support/run-labels';
import { BadDay, killProcessOf } from './support/bad-day';
import { ReleasedStack, type ReleasedStackOptions } from './support/released-stack';
import { Relay } from './support/relay';

/** While a slot dies, the other one answers. */
const MOST_SECONDS_AWAY = 5;

type Version = '1' | '2';
type Victim = 'the new slot' | 'the old slot' | 'the switch';

interface CanaryChange {
  readonly environment?: Readonly<Record<string, string>>;
  readonly policy?: object;
  readonly restart?: 'no' | 'unless-stopped';
}

/** On a simulated host each time: test/workflows/simulated-host/release-troubles.test.ts. */
const OTHER_VICTIMS: readonly [
  Victim,
  'crashes' | 'is killed by hand',
  readonly number[],
  number,
][] = [
  ['the new slot', 'crashes', [0, 3], MOST_SECONDS_AWAY],
  ['the old slot', 'is killed by hand', [0], MOST_SECONDS_AWAY],
  ['the switch', 'is killed by hand', [3], 30],
];
const OTHER_BAD_ONES: readonly [string, CanaryChange, RegExp][] = [
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
];

describeWith(['temporal', 'restic', 'docker', 'compose'], 'on a bad day, a release', () => {
  let pawl: PawlEnvironment;
  let faults: Faults;
  let faultDirectory: string;
  const stacks: ReleasedStack[] = [];

  beforeAll(async () => {
    faultDirectory = await mkdtemp(join(tmpdir(), 'pawl-faults-'));
    faults = await Faults.in(faultDirectory);
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

  it('waits for a registry that goes away during the pull and comes back, and goes on', async () => {
    const registry = await TestRegistry.start();
    const [host = '', port = ''] = registry.address.split(':');
    const way = await Relay.to({ host, port: Number(port) });
    try {
      const stack = await releasedStack();
      const { Id } = await docker.getImage(TEST_IMAGES.app2).inspect();
      const image = `${way.address}/app:now`;
      await registry.push(Id, image);
      await stack.describe({ service: { image }, file: { limits: { heartbeat: '3s' } } });
      const day = await BadDay.begin(stack, 'registry away during the pull, and back');
      const { run } = await inStep('pullImage', stack, () => way.close());
      await stack.stack.step(run, 'pull:api', ({ attempt = 1 }) => attempt > 1);
      await way.open();
      expect(await stack.stack.watch(run)).toMatchObject({ code: 0 });
      const { serves, report } = await day.end();

      expect(serves).toBe('2');
      expect(report.total.failed).toBe(0);
    } finally {
      await way.close();
      await registry.remove();
    }
  });

  describe('whose migration locks a table for a while', () => {
    const SECONDS = isNightly ? 60 : 8;
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
      const day = await BadDay.begin(stack, `migration locks a table for ${SECONDS} s`, {
        timeoutSeconds: SECONDS * 4,
      });
      expect(await stack.deploy()).toMatchObject({ code: 0 });
      const { serves, report } = await day.end();

      expect(serves).toBe('2');
      expect(report.total).toMatchObject({ failed: 0, byApplication: 0 });
      // Answers that take two seconds, and had asked the table before, end in its first two.
      expect(report.total.longestGapSeconds).toBeGreaterThan(SECONDS - 3);
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
        service: {
          image: next === '1' ? TEST_IMAGES.app1 : TEST_IMAGES.app2,
          restart,
        },
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
      ['the new slot', 'is killed by hand', [3], MOST_SECONDS_AWAY],
      ['the old slot', 'crashes', [0], MOST_SECONDS_AWAY],
      // Whether there were too many errors before it was back is chance.
      ['the switch', 'crashes', [0, 3], 10],
      ...(isNightly ? OTHER_VICTIMS : []),
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
    });

    it.each<[string, CanaryChange, RegExp]>([
      [
        'answers 5 % of all with errors',
        { environment: { FAIL_PERCENT: '5' }, policy: { pauseSeconds: 9 } },
        /new: \d+ of \d+ failed/,
      ],
      ...(isNightly ? OTHER_BAD_ONES : []),
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
});
