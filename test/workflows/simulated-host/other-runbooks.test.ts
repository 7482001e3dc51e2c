import { freeze, resolve } from '../../../workflows/messages';
import type { HoldAnswer } from '../../../workflows/model/hold';
import { describeWith } from '../../support/requirements';
import { CLOSED_AFTER, type SimulatedProjectOptions } from '../../support/simulated-project';
import { released, type SimulatedStack } from '../../support/simulated-stack';
import { simulatedStacks } from '../../support/simulated-stacks';

const VERSION_2 = { service: { image: 'app:2' } };
const REPLICAS = 3;

describeWith(['temporal'], 'a simulated host', () => {
  const newStack = simulatedStacks();

  async function releasedStack(options: SimulatedProjectOptions = {}): Promise<SimulatedStack> {
    const stack = await newStack(options);
    await stack.mustDeploy();
    return stack;
  }

  describe('has a release, one by one, that', () => {
    const rolling = (image: string): SimulatedProjectOptions => ({
      api: {
        ...{ strategy: 'rolling', keepOldSeconds: 0 },
        ready: { http: '/healthz', consecutive: 1, timeoutSeconds: 1 },
      },
      service: { image, scale: REPLICAS },
    });
    const slots = (stack: SimulatedStack) =>
      stack.containers().filter(({ labels }) => labels['pawl.role'] === 'slot');
    const servicesOf = (stack: SimulatedStack) =>
      slots(stack).map(({ source: { of } }) => of?.service);

    it.concurrent('replaces all containers, and goes back in the same way', async () => {
      const stack = await releasedStack(rolling('app:1'));
      const before = slots(stack).map(({ id }) => id);
      let most = 0;
      stack.host.onStart(() => {
        most = Math.max(most, slots(stack).length);
      });
      stack.describe(rolling('app:2'));
      const outcome = await stack.mustDeploy();
      expect(outcome).toMatchObject({ services: [{ strategy: 'rolling', slot: 'green' }] });
      expect(outcome).not.toHaveProperty('warmUntil');
      expect(most).toBe(REPLICAS + 1);
      expect(servicesOf(stack)).toEqual(['api-green', 'api-green', 'api-green']);
      expect(slots(stack).filter(({ id }) => before.includes(id))).toEqual([]);
      expect(stack.serving()).toBe('2');
      const back = released(await stack.rollback());
      expect(back).toMatchObject({ runbook: 'rollback', release: 1 });
      expect(servicesOf(stack)).toEqual(['api-blue', 'api-blue', 'api-blue']);
      expect(stack.serving()).toBe('1');
    });

    it.concurrent('is undone when its second container never becomes ready', async () => {
      const stack = await releasedStack(rolling('app:1'));
      const before = slots(stack).map(({ id }) => id);
      stack.host.onStart((container) => {
        const isSecond = servicesOf(stack).filter((name) => name === 'api-green').length > 1;
        const { program } = container;
        if (isSecond && program && container.source.of?.service === 'api-green') {
          container.program = { ...program, status: () => 503 };
        }
      });
      stack.describe(rolling('app:2'));
      expect(await stack.deploy()).toMatchObject({ code: 3 });
      expect(servicesOf(stack)).toEqual(['api-blue', 'api-blue', 'api-blue']);
      expect(stack.serving()).toBe('1');
      // One was replaced already, and is there again.
      expect(slots(stack).filter(({ id }) => before.includes(id))).toHaveLength(REPLICAS - 1);
    });

    it.concurrent('is refused with one container', async () => {
      const stack = await newStack(rolling('app:1'));
      stack.describe({ ...rolling('app:1'), service: { image: 'app:1' } });
      expect(await stack.refusedPlan('deploy')).toMatchObject({ type: 'PreconditionFailed' });
    });
  });

  describe('has a release that is held and', () => {
    async function held(): Promise<{
      stack: SimulatedStack;
      run: string;
      before: readonly string[];
    }> {
      const stack = await releasedStack();
      const before = stack.belongings();
      stack.describe({ ...VERSION_2, deploy: CLOSED_AFTER });
      const run = await stack.submit('deploy', {}, { hold: true });
      const step = await stack.untilHeld(run);
      expect(step).toMatchObject({ step: 'gate-after:1', values: { expect: 418 } });
      expect(stack.serving()).toBe('1');
      return { stack, run, before };
    }

    const decide = (stack: SimulatedStack, run: string, answer: Omit<HoldAnswer, 'by'>) =>
      stack.handle(run).executeUpdate(resolve, { args: [{ by: 'ben', ...answer }] });

    it.concurrent(
      'is held again where the gate stays closed, and goes on when a person lets it through',
      async () => {
        const { stack, run } = await held();
        const refused = decide(stack, run, { way: 'retry', values: { port: 1 } });
        await expect(refused).rejects.toThrow();
        const { since } = await stack.untilHeld(run);
        await decide(stack, run, { way: 'retry' });
        await stack.untilHeld(run, since);
        expect(stack.serving()).toBe('1');
        await decide(stack, run, { way: 'skip', message: 'a teapot, rightly' });
        expect(await stack.watch(run)).toMatchObject({ code: 0 });
        expect(stack.serving()).toBe('2');
      },
    );

    it.concurrent('takes a corrected value', async () => {
      const { stack, run } = await held();
      await decide(stack, run, { way: 'retry', values: { expect: 200 }, message: 'a typo' });
      expect(await stack.watch(run)).toMatchObject({ code: 0 });
      expect(stack.serving()).toBe('2');
    });

    it.concurrent('is undone when somebody gives it up', async () => {
      const { stack, run, before } = await held();
      await decide(stack, run, { way: 'abort' });
      expect((await stack.watch(run)).failure).toMatchObject({ type: 'VerificationFailed' });
      expect(stack.serving()).toBe('1');
      expect(stack.belongings()).toEqual(before);
    });
  });

  describe('has a maintenance that', () => {
    it.concurrent('needs a switch', async () => {
      const stack = await newStack();
      const refused = await stack.maintenance('on');
      expect(refused).toMatchObject({ code: 7, failure: { type: 'PreconditionFailed' } });
      expect(JSON.stringify(refused.failure)).toContain('`pawl deploy`');
    });

    it.concurrent('lasts through a restart and a deploy, until it is ended', async () => {
      const stack = await releasedStack();
      expect(await stack.maintenance('on', 'soon')).toMatchObject({
        ...{ code: 0, outcome: { runbook: 'maintenance', turn: 'on' } },
      });
      expect(stack.serving()).toBe('soon');
      stack.host.kill(stack.container('api'));
      stack.host.start(stack.container('api'));
      expect(stack.serving()).toBe('soon');
      stack.describe(VERSION_2);
      await stack.mustDeploy();
      expect(stack.serving()).toBe('soon');
      expect(await stack.maintenance('off')).toMatchObject({ code: 0, outcome: { turn: 'off' } });
      expect(stack.serving()).toBe('2');
      expect(await stack.maintenance('off')).toMatchObject({ code: 0 });
    });

    it.concurrent(
      'begins and ends while a deploy holds the stack, and while it is frozen',
      async () => {
        const stack = await releasedStack();
        const canary = { steps: [50], pauseSeconds: 3, minRequests: 100_000 };
        stack.describe({
          ...VERSION_2,
          api: { canary: { ...canary, maxErrorRate: 1, maxSlowdown: 2 } },
        });
        const deploy = await stack.submit('deploy');
        await stack.untilStep(deploy, 'judge:api/50', 'running');
        const keeper = stack.handle(`stack/${stack.name}`);
        await keeper.executeUpdate(freeze, { args: [{ message: 'nothing else', by: 'ben' }] });
        expect(await stack.maintenance('on', 'a moment')).toMatchObject({ code: 0 });
        expect(stack.serving()).toBe('a moment');
        expect(await stack.watch(deploy)).toMatchObject({ code: 0 });
        expect(stack.serving()).toBe('a moment');
        expect(await stack.maintenance('off')).toMatchObject({ code: 0 });
        expect(stack.serving()).toBe('2');
      },
    );

    it.concurrent('is there when the switch starts that did not run', async () => {
      const stack = await releasedStack();
      stack.host.stop(stack.container('api'));
      const away = { outcome: { services: [{ service: 'api', switchRuns: false }] } };
      expect(await stack.maintenance('on', 'soon')).toMatchObject({ code: 0, ...away });
      stack.host.start(stack.container('api'));
      expect(stack.serving()).toBe('soon');
    });
  });

  describe('has an edge that', () => {
    const PORTS = { address: '127.0.0.1', http: 8080, https: 8443 };
    const edge = (change: object = {}): SimulatedProjectOptions => ({
      stack: {
        edge: {
          image: 'caddy:test',
          sites: [
            {
              ...{ host: 'intern.example.org', service: 'api' },
              certificate: { file: '/tls/cert.pem', key: '/tls/key.pem' },
            },
          ],
          ports: PORTS,
          ...change,
        },
      },
    });

    async function edgedStack(): Promise<SimulatedStack> {
      const stack = await newStack();
      stack.host.images.add('caddy', { name: 'caddy:test' });
      stack.certificates.set('/tls/cert.pem', 'one').set('/tls/key.pem', 'one');
      stack.describe(edge());
      await stack.mustDeploy();
      return stack;
    }

    it.concurrent('is made with a release, and left alone by the next one', async () => {
      const stack = await edgedStack();
      expect(stack.running()).toEqual(['api', 'api-blue', 'edge']);
      const { id } = stack.container('edge');
      stack.describe({ ...edge(), ...VERSION_2 });
      const planned = await stack.plan('deploy');
      expect(planned).not.toHaveProperty('edge');
      await stack.mustDeploy();
      expect(stack.container('edge').id).toBe(id);
      expect(stack.serving()).toBe('2');
    });

    it.concurrent('takes a renewed certificate without a restart', async () => {
      const stack = await edgedStack();
      const { id } = stack.container('edge');
      stack.certificates.set('/tls/cert.pem', 'two').set('/tls/key.pem', 'two');
      const run = await stack.submit('deploy');
      expect(await stack.watch(run)).toMatchObject({ code: 0 });
      expect(await stack.step(run, 'edge')).toMatchObject({ state: 'done' });
      expect(stack.container('edge').id).toBe(id);
      expect(stack.caddy.reloads.get(id)).toBe(2);
    });

    it.concurrent(
      'refuses a certificate that has another key, and goes on with what it has',
      async () => {
        const stack = await edgedStack();
        const before = stack.belongings();
        stack.certificates.set('/tls/key.pem', 'other');
        const refused = await stack.deploy();
        expect(refused).toMatchObject({ code: 7, failure: { type: 'PreconditionFailed' } });
        expect(stack.belongings()).toEqual(before);
      },
    );

    it.concurrent(
      'is as it was when the release is undone, also where it was made anew for it',
      async () => {
        const stack = await edgedStack();
        const before = stack.shape();
        const elsewhere = edge({ ports: { ...PORTS, https: 9443 } });
        stack.describe({ ...elsewhere, deploy: CLOSED_AFTER });
        const { code, run } = await stack.deploy();
        expect(code).toBe(3);
        expect(await stack.step(run, 'edge')).toMatchObject({ state: 'done' });
        expect(await stack.step(run, 'edge-back')).toMatchObject({ state: 'done' });
        expect(stack.shape()).toEqual(before);
        expect(stack.container('edge').published).toEqual([PORTS.http, PORTS.https]);
      },
    );

    it.concurrent('goes when the stack file has none any more', async () => {
      const stack = await edgedStack();
      const { edge: _, ...without } = stack.description;
      stack.description = without;
      await stack.mustDeploy();
      expect(stack.running()).not.toContain('edge');
      expect(await stack.plan('deploy')).not.toHaveProperty('edge');
    });
  });

  describe('beside plain Compose', () => {
    it.concurrent(
      'puts nothing behind a switch that lies in a volume without a name, and says how to keep it',
      async () => {
        const stack = await newStack();
        stack.host.images.add('1', { name: 'declaring:1', volumes: ['/data'] });
        stack.describe({ service: { image: 'declaring:1' } });
        stack.composeUp();
        const [volume] = stack.container('api').source.unnamedVolumes ?? [];
        const before = stack.belongings();
        const refused = await stack.refusedPlan('deploy');
        expect(refused.type).toBe('PreconditionFailed');
        expect(refused.message).toContain('/data');
        expect(refused.advice).toContain(
          `api-data: {external: true, name: ${volume?.volume ?? ''}}`,
        );
        expect(stack.belongings()).toEqual(before);
      },
    );

    it.concurrent(
      'keeps the data of a recreated service, and all that shares with it, on every way',
      async () => {
        const worker = (version: string): SimulatedProjectOptions => ({
          services: {
            worker: { image: `declaring:${version}`, healthcheck: {} },
            tied: { image: 'app:1', network_mode: 'service:worker' },
          },
          others: [{ service: 'worker', strategy: 'recreate' }],
        });
        const stack = await newStack();
        for (const version of ['1', '2']) {
          stack.host.images.add(version, { name: `declaring:${version}`, volumes: ['/data'] });
        }
        stack.describe(worker('1'));
        stack.composeUp();
        const volumes = () => stack.container('worker').source.unnamedVolumes;
        const kept = volumes();
        expect(kept).toMatchObject([{ path: '/data' }]);
        const expectKept = (version: string) => {
          const image = stack.host.images.find(`declaring:${version}`)?.id;
          expect(stack.container('worker').source).toMatchObject({ imageId: image });
          expect(volumes()).toEqual(kept);
          const { isRunning, source } = stack.container('tied');
          expect([isRunning, source.tiedTo]).toEqual([true, stack.container('worker').id]);
        };

        const { services } = await stack.plan('deploy');
        expect(services).toMatchObject([{}, { service: 'worker', followers: ['tied'] }]);
        await stack.mustDeploy();
        expectKept('1');
        stack.describe(worker('2'));
        await stack.mustDeploy();
        expectKept('2');
        expect(await stack.rollback()).toMatchObject({ code: 0 });
        expectKept('1');
        stack.describe({ ...worker('2'), deploy: CLOSED_AFTER });
        expect(await stack.deploy()).toMatchObject({ code: 3 });
        expectKept('1');
      },
    );
  });
});
