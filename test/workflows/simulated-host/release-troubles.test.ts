import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedContainer } from '../../support/in-memory/simulated-container';
import { describeWith } from '../../support/requirements';
import { until } from '../../support/processes';
import { PUBLISHED, type SimulatedProjectOptions } from '../../support/simulated-project';
import { type SimulatedStack } from '../../support/simulated-stack';
import { simulatedStacks } from '../../support/simulated-stacks';

const REFERENCE = 'registry.test:5000/app:now';
const VERSION_2 = { service: { image: 'app:2' } };

type Victim = 'the new slot' | 'the old slot' | 'the switch';
type How = 'crashes' | 'is killed by hand';

describeWith(['temporal'], 'on a bad day of a simulated host, a release', () => {
  const newStack = simulatedStacks();

  async function releasedStack(options: SimulatedProjectOptions = {}): Promise<SimulatedStack> {
    const stack = await newStack(options);
    await stack.mustDeploy();
    return stack;
  }

  describe('whose image comes from a registry', () => {
    const fromRegistry = (limits: object = {}): SimulatedProjectOptions => ({
      service: { image: REFERENCE },
      stack: {
        limits: { ...{ heartbeatSeconds: 5, stallSeconds: 60, deadlineSeconds: 600 }, ...limits },
      },
    });

    async function pulledStack(): Promise<SimulatedStack> {
      const stack = await newStack(fromRegistry());
      stack.host.images.push('pushed 1', REFERENCE);
      await stack.mustDeploy();
      return stack;
    }

    it.concurrent('ends before anything is touched when the registry is away', async () => {
      const stack = await pulledStack();
      const before = stack.belongings();
      stack.host.images.isRegistryAway = true;
      const refused = await stack.deploy();
      expect(refused).toMatchObject({ code: 7, failure: { type: 'PreconditionFailed' } });
      expect(refused.failure?.message).toContain(REFERENCE);
      expect(stack.belongings()).toEqual(before);
    });

    it.concurrent(
      'ends at its deadline, nothing touched, when the registry goes away before the pull',
      async () => {
        const stack = await pulledStack();
        stack.host.images.push('pushed 2', REFERENCE);
        stack.describe(fromRegistry({ deadlineSeconds: 4 }));
        const before = stack.belongings();
        stack.at('pullImage', () => {
          stack.host.images.isRegistryAway = true;
        });
        const failed = await stack.deploy();
        expect(failed).toMatchObject({ code: 1, failure: { type: 'ServiceUnavailable' } });
        expect(failed.failure?.message).toContain(`pull image ${REFERENCE} for api`);
        expect(failed.failure?.state).toBe('Nothing was changed.');
        expect(stack.serving()).toBe('pushed 1');
        expect(stack.belongings()).toEqual(before);
      },
    );

    it.concurrent('waits for a registry that comes back, and goes on', async () => {
      const stack = await pulledStack();
      stack.host.images.push('pushed 2', REFERENCE);
      stack.at('pullImage', () => {
        stack.host.images.isRegistryAway = true;
      });
      const run = await stack.submit('deploy');
      await until(() => (stack.timesOf('pullImage') > 4 ? true : undefined));
      stack.host.images.isRegistryAway = false;
      expect(await stack.watch(run)).toMatchObject({ code: 0 });
      expect(stack.serving()).toBe('pushed 2');
    });

    it.concurrent('is refused when the tag has moved since its plan was shown', async () => {
      const stack = await pulledStack();
      stack.host.images.push('pushed 2', REFERENCE);
      const before = stack.belongings();
      const { hash: planHash } = await stack.plan('deploy');
      stack.host.images.push('pushed 3', REFERENCE);
      const options = { images: {}, planHash };
      const run = await stack.submitAnyway({ runbook: 'deploy', options });
      const refused = await stack.watch(run);
      expect(refused).toMatchObject({ code: 7, failure: { type: 'PreconditionFailed' } });
      expect(refused.failure?.message).toContain('no longer the one that was shown');
      expect(stack.belongings()).toEqual(before);
    });

    it.concurrent(
      'ends with what its plan has shown when the tag moves during the run',
      async () => {
        const stack = await pulledStack();
        stack.host.images.push('pushed 2', REFERENCE);
        stack.at('pullImage', () => {
          stack.host.images.push('pushed 3', REFERENCE);
        });
        await stack.mustDeploy();
        expect(stack.serving()).toBe('pushed 2');
        await stack.mustDeploy();
        expect(stack.serving()).toBe('pushed 3');
      },
    );
  });

  describe('with a long migration', () => {
    const sleeping = (seconds: number): SimulatedProjectOptions => ({
      ...VERSION_2,
      deploy: {
        migrations: {
          ...{ service: 'api', run: ['migrate', 'sleep', String(seconds)], timeoutSeconds: 900 },
        },
      },
      stack: { limits: { heartbeatSeconds: 1, stallSeconds: 60, deadlineSeconds: 600 } },
    });

    const migrates = (stack: SimulatedStack) =>
      until(() =>
        stack.containers().some(({ source: { of } }) => of?.oneOff === true) ? true : undefined,
      );

    it.concurrent('leaves nothing behind when it is cancelled meanwhile', async () => {
      const stack = await releasedStack();
      const before = stack.belongings();
      stack.describe(sleeping(600));
      const run = await stack.submit('deploy');
      await migrates(stack);
      await stack.handle(run).cancel();
      expect(await stack.watch(run)).toMatchObject({ code: 5 });
      expect(stack.serving()).toBe('1');
      expect(stack.belongings()).toEqual(before);
    });

    it.concurrent('runs it once, however long heartbeats may be away', async () => {
      const stack = await releasedStack();
      stack.describe(sleeping(2.5));
      await stack.mustDeploy();
      expect(stack.timesOf('runOneOff')).toBe(1);
      expect(stack.serving()).toBe('2');
    });
  });

  describe('whose place is taken', () => {
    it.concurrent('begins nothing when another process has the port', async () => {
      const stack = await newStack();
      stack.host.takenPorts.add(PUBLISHED);
      const refused = await stack.deploy();
      stack.host.takenPorts.clear();
      expect(refused).toMatchObject({ code: 7, failure: { type: 'PreconditionFailed' } });
      expect(refused.failure?.message).toContain('address already in use');
      expect(refused.failure?.state).toContain('Nothing serves, as before');
      expect(stack.belongings()).toEqual([]);
      await stack.mustDeploy();
      expect(stack.serving()).toBe('1');
    });

    it.concurrent(
      'gives the port back to plain Compose when another process has taken it in between',
      async () => {
        const stack = await newStack();
        stack.composeUp();
        const before = stack.shape();
        stack.describe(VERSION_2);
        stack.at('steerTraffic', () => {
          stack.host.takenPorts.add(PUBLISHED);
        });
        const run = await stack.submit('deploy');
        await stack.untilStep(run, 'give-back:api', 'running');
        await sleep(200);
        stack.host.takenPorts.clear();
        const failed = await stack.watch(run);
        expect(failed).toMatchObject({ code: 7, failure: { type: 'PreconditionFailed' } });
        expect(failed.failure?.message).toContain('address already in use');
        expect(failed.failure?.state).toMatch(/^Release \d+ serves\. /);
        expect(stack.serving()).toBe('1');
        expect(stack.shape()).toEqual(before);
        await stack.mustDeploy();
        expect(stack.serving()).toBe('2');
      },
    );

    it.concurrent('leaves a foreign container alone that has the name of a slot', async () => {
      const stack = await releasedStack();
      stack.describe(VERSION_2);
      const name = `${stack.project}-api-green-1`;
      const imageId = stack.host.images.find('app:3')?.id ?? '';
      const foreign = stack.host.create({ name, definition: {}, imageId });
      const before = stack.belongings();
      const refused = await stack.deploy();
      expect(refused).toMatchObject({ code: 7, failure: { type: 'PreconditionFailed' } });
      expect(refused.failure?.message).toContain(name);
      expect(stack.serving()).toBe('1');
      expect(stack.belongings()).toEqual(before);
      stack.host.remove(foreign);
      await stack.mustDeploy();
      expect(stack.serving()).toBe('2');
    });
  });

  describe('in whose canary', () => {
    const canary = (image: string, change: CanaryChange = {}): SimulatedProjectOptions => ({
      api: {
        canary: {
          ...{ steps: [50], pauseSeconds: 3, minRequests: 10, maxErrorRate: 2, maxSlowdown: 20 },
          ...change.policy,
        },
      },
      environment: change.environment ?? {},
      service: { image, restart: change.restart ?? 'unless-stopped' },
    });

    async function canaryStack(): Promise<SimulatedStack> {
      const stack = await releasedStack(canary('app:1'));
      stack.host.usersPerSecond = 200;
      return stack;
    }

    async function expectNextGood(stack: SimulatedStack): Promise<void> {
      const image = stack.serving() === '1' ? 'app:2' : 'app:1';
      stack.describe(canary(image));
      await stack.mustDeploy();
      expect(stack.serving()).toBe(image.slice('app:'.length));
      expect(stack.running()).toEqual(['api', 'api-blue', 'api-green']);
      expect(stack.containers()).toHaveLength(3);
    }

    const victimOf = (stack: SimulatedStack, what: Victim): SimulatedContainer => {
      const services = { 'the new slot': 'api-green', 'the old slot': 'api-blue' };
      return stack.container(what === 'the switch' ? 'api' : services[what]);
    };

    it.concurrent.each<[Victim, How, readonly number[]]>([
      // Whether it was away for too long before it was back is chance.
      ['the new slot', 'crashes', [0, 3]],
      ['the new slot', 'is killed by hand', [3]],
      ['the old slot', 'crashes', [0]],
      ['the old slot', 'is killed by hand', [0]],
      ['the switch', 'crashes', [0, 3]],
      ['the switch', 'is killed by hand', [3]],
    ])('%s %s, one release serves', async (what, how, codes) => {
      const stack = await canaryStack();
      stack.describe(canary('app:2'));
      stack.at('watchTraffic', () => {
        const victim = victimOf(stack, what);
        if (how === 'crashes') stack.host.crash(victim);
        else stack.host.kill(victim);
      });
      const ended = await stack.deploy();
      expect(codes).toContain(ended.code);
      expect(stack.serving()).toBe(ended.code === 0 ? '2' : '1');
      if (ended.code !== 0) {
        expect(ended.failure).toMatchObject({ type: 'VerificationFailed' });
        expect(ended.failure?.state).toMatch(/^Release \d+ serves\. /);
      }
      await expectNextGood(stack);
    });

    it.concurrent.each<[string, CanaryChange, RegExp]>([
      [
        'answers 5 % of all with errors',
        { environment: { FAIL_PERCENT: '5' } },
        /new: \d+ of \d+ failed/,
      ],
      [
        'dies after 1.5 s',
        { environment: { DIE_AFTER_MS: '1500' }, restart: 'no' },
        /new: \d+ of \d+ failed/,
      ],
      [
        'is four times as slow',
        { environment: { DELAY_MS: '200', SLOW_FACTOR: '4' }, policy: { maxSlowdown: 1.5 } },
        /its answers took/,
      ],
    ])('the new one %s, the old one serves', async (_how, change, why) => {
      const stack = await canaryStack();
      stack.describe(canary('app:2', change));
      const ended = await stack.deploy();
      expect(ended).toMatchObject({ code: 3, failure: { type: 'VerificationFailed' } });
      expect(ended.failure?.message).toMatch(why);
      expect(stack.serving()).toBe('1');
      expect(stack.containers()).toHaveLength(2);
      await expectNextGood(stack);
    });
  });

  it.concurrent('is not mixed up with another one at once, which is refused after it', async () => {
    const stack = await releasedStack();
    stack.describe(VERSION_2);
    const { hash: planHash } = await stack.plan('deploy');
    const request = { runbook: 'deploy', options: { images: {}, planHash } } as const;
    const later: string[] = [];
    stack.at('startService', async () => {
      later.push(await stack.submitAnyway(request));
    });
    const first = await stack.watch(await stack.submitAnyway(request));
    expect(first).toMatchObject({ code: 0 });
    const second = await stack.watch(later[0] ?? '');
    // What it had shown was a release in the place of the one before.
    expect(second).toMatchObject({ code: 7, failure: { type: 'PreconditionFailed' } });
    expect(second.failure?.message).toContain('no longer the one that was shown');
    expect(stack.serving()).toBe('2');
    stack.describe({});
    await stack.mustDeploy();
    expect(stack.serving()).toBe('1');
  });
});

interface CanaryChange {
  readonly environment?: Readonly<Record<string, string>>;
  readonly policy?: object;
  readonly restart?: 'no' | 'unless-stopped';
}
