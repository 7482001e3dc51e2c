import type { RunOutcome } from '../../workflows/catalogue';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReleasedOutcome } from '../../workflows/model/outcome';
import { TEST_IMAGES } from '../support/docker';
import { startLoad, type LoadReport } from '../support/load';
import { describeWith } from '../support/requirements';
import type { ReleasedStack, SeenContainer } from './support/released-stack';
import { releasedStacks } from './support/released-stacks';

const REPLICAS = 3;
/** Each test goes on where the one before has ended. */
const ROLLING = { strategy: 'rolling', keepOld: undefined };
const LOOK_MILLISECONDS = 200;

/** Until it is ready it answers everything with 500: requests that come too early are seen. */
const STRICT = [
  `sed 's/const fails = /const fails = env.HEALTH === "never" || Date.now() < healthyAt || /' app.cjs > /tmp/app.cjs`,
  'exec node /tmp/app.cjs',
];
/** Its first container becomes ready, and no other one. */
const ONE_READY = ['if [ -e /data/first ]; then export HEALTH=never; fi', 'touch /data/first'];

const script = (...lines: readonly string[]) => ['sh', '-c', lines.join('; ')];

interface Watched {
  readonly code: number | null;
  readonly outcome: RunOutcome | undefined;
  readonly load: LoadReport;
  /** Fewest that ran at a time, and most that there were. */
  readonly fewest: number;
  readonly most: number;
}

describeWith(['temporal', 'restic', 'docker', 'compose'], 'a release, one by one', () => {
  const newStack = releasedStacks();
  let stack: ReleasedStack;

  const describe = (service: object, ready: object = {}) =>
    stack.describe({
      api: {
        ...ROLLING,
        ready: { http: '/healthz', consecutive: 2, timeoutSeconds: 60, ...ready },
      },
      environment: { HEALTH_AFTER_MS: '500' },
      service: { scale: REPLICAS, command: script(...STRICT), ...service },
    });

  beforeAll(async () => {
    stack = await newStack();
    await describe({});
    await stack.mustDeploy();
  });

  async function slots(): Promise<readonly SeenContainer[]> {
    const all = await stack.containers();
    return all.filter(({ labels }) => labels['pawl.role'] === 'slot');
  }

  /** Under load, with an eye on how many containers there are. */
  async function watched(work: () => ReturnType<ReleasedStack['deploy']>): Promise<Watched> {
    const load = await startLoad({ url: stack.url, connections: 8 });
    const counts: { running: number; all: number }[] = [];
    const ended = new AbortController();
    const looking = (async () => {
      while (!ended.signal.aborted) {
        const found = await slots();
        const running = found.filter(({ state }) => state === 'running').length;
        counts.push({ running, all: found.length });
        await sleep(LOOK_MILLISECONDS);
      }
    })();
    try {
      const { code, outcome } = await work();
      const fewest = Math.min(...counts.map(({ running }) => running));
      const most = Math.max(...counts.map(({ all }) => all));
      return { code, outcome, load: await load.stop(), fewest, most };
    } finally {
      ended.abort();
      await looking;
      await load.stop();
    }
  }

  const servicesOf = async () => (await slots()).map(({ service }) => service);
  const NONE_FAILED = { total: { failed: 0, reasons: {}, byApplication: 0 } };

  it('is undone without a failed request when its second container never becomes ready', async () => {
    const before = await slots();
    await describe(
      { image: TEST_IMAGES.app2, command: script(...ONE_READY, ...STRICT) },
      { timeoutSeconds: 3 },
    );
    const { code, load, fewest } = await watched(() => stack.deploy());
    expect(code).toBe(3);
    expect(load).toMatchObject(NONE_FAILED);
    expect(Object.keys(load.total.versions)).toEqual(['1', '2']);
    expect(fewest).toBeGreaterThanOrEqual(REPLICAS);
    expect(await servicesOf()).toEqual(['api-blue', 'api-blue', 'api-blue']);
    expect(await stack.versions()).toEqual(['1']);
    // One was replaced already, and is there again.
    const ids = before.map(({ id }) => id);
    expect((await slots()).filter(({ id }) => ids.includes(id))).toHaveLength(REPLICAS - 1);
  });

  it('replaces all containers without a failed request, with one more at most', async () => {
    const before = (await slots()).map(({ id }) => id);
    await describe({ image: TEST_IMAGES.app2 });
    const { code, outcome, load, fewest, most } = await watched(() => stack.deploy());
    expect(code).toBe(0);
    expect(released(outcome)).toMatchObject({
      services: [{ strategy: 'rolling', slot: 'green' }],
    });
    expect(released(outcome)).not.toHaveProperty('warmUntil');
    expect(load).toMatchObject(NONE_FAILED);
    expect(load.total.ok).toBeGreaterThan(100);
    expect({ fewest, most }).toEqual({ fewest: REPLICAS, most: REPLICAS + 1 });
    expect(await servicesOf()).toEqual(['api-green', 'api-green', 'api-green']);
    expect((await slots()).filter(({ id }) => before.includes(id))).toEqual([]);
    expect(await stack.versions()).toEqual(['2']);
  });
});

function released(outcome: RunOutcome | undefined): ReleasedOutcome {
  if (outcome?.state === 'done' && 'canary' in outcome) return outcome;
  throw new Error(`no release came of it: ${JSON.stringify(outcome)}`);
}
