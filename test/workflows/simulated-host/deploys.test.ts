import { until } from '../../support/processes';
import { deed } from '../../support/in-memory/simulated-program';
import { describeWith } from '../../support/requirements';
import {
  CLOSED_AFTER,
  PUBLISHED,
  type SimulatedProjectOptions,
} from '../../support/simulated-project';
import { released, type SimulatedStack } from '../../support/simulated-stack';
import { simulatedStacks } from '../../support/simulated-stacks';

const VERSION_2 = { service: { image: 'app:2' } };
const TARGET = 8000;

describeWith(['temporal'], 'a release on a simulated host', () => {
  const newStack = simulatedStacks();

  async function releasedStack(options: SimulatedProjectOptions = {}): Promise<SimulatedStack> {
    const stack = await newStack(options);
    await stack.mustDeploy();
    return stack;
  }

  /** The step that a release fails at. */
  async function closedAt(stack: SimulatedStack): Promise<string | undefined> {
    const { code, failure } = await stack.deploy();
    expect(code).toBe(3);
    return failure?.steps?.find(({ state }) => state === 'failed')?.id;
  }

  it.concurrent('begins with the first one, replaces it, and goes back', async () => {
    const stack = await newStack();
    const first = await stack.mustDeploy();
    expect(first).toMatchObject({ release: 1, services: [{ service: 'api', slot: 'blue' }] });
    expect(stack.serving()).toBe('1');
    stack.describe(VERSION_2);
    const second = await stack.mustDeploy();
    expect(second).toMatchObject({ release: 2, replaced: 1, services: [{ slot: 'green' }] });
    expect(second.warmUntil).toBeDefined();
    expect(stack.serving()).toBe('2');
    const back = released(await stack.rollback());
    expect(back).toMatchObject({ runbook: 'rollback', release: 1, replaced: 2 });
    expect(stack.serving()).toBe('1');
    expect(stack.running()).toEqual(['api', 'api-blue', 'api-green']);
  });

  it.concurrent('gives back what plain Compose ran when a gate stays closed', async () => {
    const stack = await newStack();
    stack.composeUp();
    const before = stack.shape();
    stack.describe({ ...VERSION_2, deploy: CLOSED_AFTER });
    const failed = await stack.deploy();
    expect(failed).toMatchObject({ code: 3, failure: { type: 'VerificationFailed' } });
    expect(stack.serving()).toBe('1');
    expect(stack.shape()).toEqual(before);

    stack.describe(VERSION_2);
    expect((await stack.mustDeploy()).gapSeconds).toBeGreaterThan(0);
    expect(stack.serving()).toBe('2');
    expect(stack.running()).toEqual(['api', 'api-blue']);
  });

  it.concurrent('says that a switch is recreated whose port a variable has moved', async () => {
    const ports = [{ target: TARGET, published: '${API_PORT}' }];
    const stack = await newStack({ service: { ports } });
    stack.files.variables = { API_PORT: String(PUBLISHED) };
    await stack.mustDeploy();
    stack.describe({ service: { image: 'app:2', ports } });
    await stack.mustDeploy();
    const renewals = async () => {
      const plans = [await stack.plan('deploy'), await stack.plan('rollback')];
      return plans.map(({ services: [api] }) => api?.renewsSwitch === true);
    };
    expect(await renewals()).toEqual([false, false]);
    stack.files.variables = { API_PORT: String(PUBLISHED + 1) };
    expect(await renewals()).toEqual([true, true]);
  });

  it.concurrent('refuses in the plan what it cannot carry, with its place', async () => {
    const stack = await releasedStack();
    stack.files.place = 'compose.yaml:9:5';
    stack.describe({ service: { expose: ['8125/udp'] } });
    const refused = await stack.refusedPlan('deploy');
    expect(refused.type).toBe('PreconditionFailed');
    expect(refused.message).toContain('compose.yaml:9:5 services.api.expose 8125/udp');
    expect(stack.serving()).toBe('1');
  });

  it.concurrent('tells in the plan what another port costs', async () => {
    const stack = await releasedStack();
    const ports = [PUBLISHED, PUBLISHED + 1].map((published) => ({ target: TARGET, published }));
    stack.describe({ service: { ports } });
    expect(await stack.plan('deploy')).toMatchObject({
      services: [{ service: 'api', renewsSwitch: true }],
    });
  });

  it.concurrent('keeps the old slot when the new one never becomes healthy', async () => {
    const stack = await releasedStack();
    const before = stack.belongings();
    const ready = { http: '/healthz', consecutive: 1, timeoutSeconds: 1 };
    stack.describe({ api: { ready }, environment: { HEALTH: 'never' } });
    const failed = await stack.deploy();
    expect(failed).toMatchObject({ code: 3, failure: { type: 'VerificationFailed' } });
    expect(failed.failure?.message).toContain('/healthz');
    expect(failed.failure?.message).toContain('status 503');
    expect(stack.serving()).toBe('1');
    expect(stack.belongings()).toEqual(before);
  });

  it.concurrent('undoes a release that dies after it was healthy', async () => {
    const stack = await releasedStack();
    const before = stack.belongings();
    stack.describe({
      api: { watchSeconds: 5 },
      environment: { DIE_AFTER_MS: '1500' },
      service: { image: 'app:2', restart: 'no' },
    });
    expect(await stack.deploy()).toMatchObject({ code: 3 });
    expect(stack.serving()).toBe('1');
    expect(stack.belongings()).toEqual(before);
  });

  it.concurrent('touches nothing when a gate before the release stays closed', async () => {
    const stack = await releasedStack();
    const before = stack.belongings();
    const command = deed({ complains: 'the tests fail', exitCode: 7 });
    const gate = { kind: 'run' as const, service: 'api', command, timeoutSeconds: 10 };
    stack.describe({ ...VERSION_2, deploy: { before: [gate] } });
    const failed = await stack.deploy();
    expect(failed).toMatchObject({ code: 3, failure: { type: 'VerificationFailed' } });
    expect(failed.failure?.message).toContain('exit code 7');
    expect(JSON.stringify(failed.failure)).toContain('the tests fail');
    expect(stack.belongings()).toEqual(before);
    const kept = await stack.ports.release.logs.list(stack.name, failed.run);
    expect(kept.map(({ text }) => text)).toEqual([expect.stringContaining('the tests fail')]);
  });

  it.concurrent(
    'is closed by a query and by a scanner that say no, and by none that say yes',
    async () => {
      const stack = await releasedStack();
      const sql = { kind: 'sql', part: 'accounts', query: 'select ready', expect: true } as const;
      const scan = { kind: 'scan', command: ['scan', '{image}'], timeoutSeconds: 10 } as const;
      const before = [{ ...sql, timeoutSeconds: 1 }, scan];
      stack.describe({ ...VERSION_2, deploy: { before } });
      stack.database.answer = false;
      expect(await closedAt(stack)).toBe('gate-before:1');
      stack.database.answer = true;
      stack.scanner.refuses = 'sha256:';
      expect(await closedAt(stack)).toBe('gate-before:2');
      expect(stack.serving()).toBe('1');
      stack.scanner.refuses = 'nothing';
      await stack.mustDeploy();
      expect(stack.serving()).toBe('2');
    },
  );

  it.concurrent('has another plan, with another hash, for other files', async () => {
    const stack = await releasedStack();
    const { hash } = await stack.plan('deploy');
    expect(await stack.plan('deploy')).toMatchObject({ hash });
    stack.describe(VERSION_2);
    const moved = await stack.plan('deploy');
    expect(moved.hash).not.toBe(hash);
    const options = { images: {}, planHash: hash };
    const run = await stack.submitAnyway({ runbook: 'deploy', options });
    const refused = await stack.watch(run);
    expect(refused).toMatchObject({ code: 7, failure: { type: 'PreconditionFailed' } });
    expect(stack.serving()).toBe('1');
  });

  it.concurrent(
    'says of a canary without users that its own probes alone have judged it',
    async () => {
      const stack = await releasedStack();
      const canary = { steps: [10, 50], pauseSeconds: 1, minRequests: 1000 };
      stack.describe({
        ...VERSION_2,
        api: { canary: { ...canary, maxErrorRate: 1, maxSlowdown: 2 } },
      });
      const outcome = await stack.mustDeploy();
      expect(outcome.canary.map(({ share, verdict }) => [share, verdict])).toEqual([
        [10, 'probes-only'],
        [50, 'probes-only'],
      ]);
      expect(outcome.canary[0]).toMatchObject({ newResponses: 0, probes: { failed: 0 } });
      expect(stack.serving()).toBe('2');
    },
  );

  it.concurrent('puts a service of one instance back when a gate stays closed', async () => {
    const worker = { image: 'app:1', healthcheck: {} };
    const others = [{ service: 'worker', strategy: 'recreate', stopSeconds: 2 } as const];
    const stack = await releasedStack({ services: { worker }, others });
    const old = stack.container('worker').source.imageId;
    const newer = { ...VERSION_2, services: { worker: { ...worker, image: 'app:2' } }, others };
    stack.describe({ ...newer, deploy: CLOSED_AFTER });
    expect(await stack.deploy()).toMatchObject({ code: 3 });
    expect(stack.container('worker')).toMatchObject({ state: 'running', source: { imageId: old } });
    expect(stack.serving()).toBe('1');

    stack.describe(newer);
    await stack.mustDeploy();
    expect(stack.container('worker').source.imageId).not.toBe(old);
    expect(stack.serving()).toBe('2');
  });

  it.concurrent(
    'goes to more containers and back to fewer, forwards, undone and rolled back',
    async () => {
      const stack = await releasedStack();
      const twice = { image: 'app:2', scale: 2 };
      stack.describe({ service: twice, deploy: CLOSED_AFTER });
      expect(await stack.deploy()).toMatchObject({ code: 3 });
      expect(stack.serving()).toBe('1');
      expect(stack.containers()).toHaveLength(2);
      stack.describe({ service: twice });
      await stack.mustDeploy();
      expect(stack.serving()).toBe('2');
      expect(stack.containers()).toHaveLength(4);
      expect(await stack.rollback()).toMatchObject({ code: 0 });
      expect(stack.serving()).toBe('1');
    },
  );

  it.concurrent('adopts again what somebody made with plain Compose in between', async () => {
    const stack = await releasedStack();
    stack.composeUp({ removesOrphans: true });
    expect(stack.running()).toEqual(['api']);
    stack.describe(VERSION_2);
    const { services } = await stack.plan('deploy');
    expect(services).toMatchObject([{ service: 'api', adopts: true }]);
    await stack.mustDeploy();
    expect(stack.serving()).toBe('2');
  });

  it.concurrent(
    'gives back to plain Compose what it made in between, and goes back over it',
    async () => {
      const stack = await releasedStack();
      stack.describe(VERSION_2);
      await stack.mustDeploy();
      // Its slots are left running.
      stack.composeUp();
      expect(stack.serving()).toBe('2');
      stack.describe({ deploy: CLOSED_AFTER });
      expect(await stack.deploy()).toMatchObject({ code: 3 });
      expect(stack.serving()).toBe('2');

      stack.describe(VERSION_2);
      const back = released(await stack.rollback({ to: 1 }));
      expect(back).toMatchObject({ release: 1, replaced: 3 });
      expect(stack.serving()).toBe('1');
      expect(stack.running()).toEqual(['api', 'api-blue']);
    },
  );

  it.concurrent('refuses files that Compose refuses, before anything is touched', async () => {
    const stack = await newStack();
    stack.files.refusal = "additional properties 'imagee' not allowed";
    const refused = await stack.deploy();
    expect(refused).toMatchObject({ code: 7, failure: { type: 'PreconditionFailed' } });
    expect(refused.failure?.message).toContain('imagee');
    expect(stack.belongings()).toEqual([]);
  });

  it.concurrent('writes no value of a variable into the release, and starts with it', async () => {
    const stack = await newStack({ environment: { TOKEN: '${SECRET}' } });
    stack.files.variables = { SECRET: 'sentinel-5f3a' };
    await stack.mustDeploy();
    expect(stack.container('api-blue').source.definition.environment).toEqual({
      TOKEN: 'sentinel-5f3a',
    });
    const { releases } = stack.ports.release;
    const kept = [await releases.list(stack.name), await releases.readModel(stack.name, 1)];
    expect(JSON.stringify(kept)).not.toContain('sentinel-5f3a');
  });

  describe('with migrations', () => {
    const migrations = (to: string) => ({
      ...{ service: 'api', run: ['migrate', 'up', to], head: ['migrate', 'head'] },
      ...{ down: ['migrate', 'down', '{revision}'], timeoutSeconds: 30 },
    });
    const version = (number: string, change: object = {}) => ({
      service: { image: `app:${number}` },
      deploy: { migrations: { ...migrations(number), ...change } },
    });

    async function migrated(): Promise<SimulatedStack> {
      const stack = await newStack(version('1'));
      await stack.mustDeploy();
      stack.describe(version('2'));
      expect((await stack.mustDeploy()).schemaHead).toBe('2');
      return stack;
    }

    it.concurrent(
      'refuses to go back over a schema that has moved on, and names the ways out',
      async () => {
        const stack = await migrated();
        const refused = await stack.rollback();
        expect(refused).toMatchObject({ code: 7, failure: { type: 'PreconditionFailed' } });
        expect(JSON.stringify(refused.failure)).toContain('the schema is at 2');
        expect(JSON.stringify(refused.failure)).toContain('--schema down');
        expect(stack.serving()).toBe('2');
      },
    );

    it.concurrent('takes the schema down with the code, and leaves nothing warm', async () => {
      const stack = await migrated();
      const back = released(await stack.rollback({ schema: 'down' }));
      expect(back).toMatchObject({ release: 1, schemaHead: '1' });
      expect(back).not.toHaveProperty('warmUntil');
      expect(stack.host.schema.revision).toBe('1');
      expect(stack.serving()).toBe('1');
      // A keeper that begins with the end of the run stops the slot.
      const isCold = () => !stack.running().includes('api-green');
      await until(() => Promise.resolve(isCold() || undefined));
      expect(stack.running()).toEqual(['api', 'api-blue']);
    });

    it.concurrent('takes a migration that failed half-way back, and starts nothing', async () => {
      const stack = await migrated();
      const before = stack.belongings();
      stack.describe(version('3', { run: ['migrate', 'fail'] }));
      const failed = await stack.deploy();
      expect(failed).toMatchObject({ code: 3, failure: { type: 'VerificationFailed' } });
      expect(stack.host.schema.revision).toBe('2');
      expect(stack.belongings()).toEqual(before);
    });

    it.concurrent('takes the schema back when what was started on it fails', async () => {
      const stack = await migrated();
      const ready = { http: '/healthz', consecutive: 1, timeoutSeconds: 1 };
      stack.describe({ ...version('3'), api: { ready }, environment: { HEALTH: 'never' } });
      expect(await stack.deploy()).toMatchObject({ code: 3 });
      expect(stack.host.schema.revision).toBe('2');
      expect(stack.serving()).toBe('2');
    });
  });
});
