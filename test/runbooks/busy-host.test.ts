import { join } from 'node:path';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { TEST_IMAGES } from '../support/docker';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { makeFolder } from './support/folders';
import { ProtectedStack } from './support/protected-stack';
import { ReleasedStack } from './support/released-stack';
import { holdUploads, type HeldUploads } from './support/worker-programs';

/** As many steps as a worker takes on that take their time. */
const SLOTS = 4;
/** More than the pipes between a folder and its repository hold. */
const MEGABYTES = 2;
const LONG_CANARY = { canary: { steps: ['50%'], pauseSeconds: 600, minRequests: 1 } };

/** `limits.stall` and the pause are longer than all of this takes: only what has a place of its own can end. */
describeWith(['temporal', 'restic', 'docker', 'compose'], 'a host whose slots are taken', () => {
  let pawl: PawlEnvironment;
  let back: ReleasedStack;
  let judged: ReleasedStack;
  let saved: readonly ProtectedStack[];
  let uploads: HeldUploads;
  let canary: string;
  let backups: readonly string[];

  beforeAll(async () => {
    pawl = await startPawl({ workerFlags: ['--parallel-steps', String(SLOTS)] });
    [back, judged] = [await ReleasedStack.create(pawl), await ReleasedStack.create(pawl)];
    await back.mustDeploy();
    await back.describe({ service: { image: TEST_IMAGES.app2 } });
    await back.mustDeploy();
    await judged.mustDeploy();
    await judged.describe({ api: LONG_CANARY, service: { image: TEST_IMAGES.app2 } });
    canary = await judged.stack.submit('deploy', '-y');
    await judged.stack.step(canary, 'judge:api/50', ({ state }) => state === 'running');

    saved = await Promise.all(Array.from({ length: SLOTS }, () => savedFolder()));
    // The canary has one place, and so one dump waits for the next. They are soon over: they are waited for.
    const held = holdUploads(pawl, SLOTS - 1);
    backups = await Promise.all(saved.map((stack) => stack.submit('backup')));
    uploads = await held;
  });

  afterAll(async () => {
    uploads.release();
    for (const stack of [back, judged]) await stack.remove();
    await pawl.stop();
  });

  async function savedFolder(): Promise<ProtectedStack> {
    const protect = { uploads: { engine: 'files', path: './uploads' } };
    const stack = await ProtectedStack.create(pawl, { protect });
    await makeFolder(join(stack.folder, 'uploads'), MEGABYTES);
    return stack;
  }

  /** All that was begun goes on, one part waits for a place, and nothing of it has ended. */
  async function expectFull(): Promise<void> {
    const runs = [
      ...saved.map((stack, index) => ({ stack, run: backups[index] ?? '', id: 'back-up:uploads' })),
      { stack: judged.stack, run: canary, id: 'judge:api/50' },
    ];
    const states = await Promise.all(
      runs.map(async ({ stack, run, id }) => {
        const { steps } = await stack.show(run);
        return steps.find((step) => step.id === id)?.state;
      }),
    );
    expect(states.filter((state) => state === 'done')).toEqual([]);
    expect(uploads.alive()).toBe(SLOTS - 1);
  }

  it('is told to be there, and is looked at, by status and doctor', async () => {
    const status = await timed('status', () => back.stack.cli('status', '--json'));
    expect(JSON.parse(status.stdout)).toMatchObject({
      worker: true,
      releases: { serving: { services: [{ service: 'api' }] } },
    });
    const doctor = await timed('doctor', () => back.stack.cli('doctor', '--json'));
    const { findings } = JSON.parse(doctor.stdout) as { findings: readonly { id: string }[] };
    expect(doctor.code).toBe(0);
    expect(findings.map(({ id }) => id)).toContain('worker');
    await expectFull();
  });

  it('shows a maintenance page, and takes it away', async () => {
    const on = await timed('maintenance on', () =>
      back.stack.follow('maintenance', 'on', '-m', 'back at 14:00'),
    );
    expect(on).toMatchObject({ code: 0, outcome: { turn: 'on' } });
    expect((await fetch(`${back.url}/version`)).status).toBe(503);
    const off = await timed('maintenance off', () => back.stack.follow('maintenance', 'off'));
    expect(off).toMatchObject({ code: 0, outcome: { turn: 'off' } });
    await expectFull();
  });

  it('sends the traffic back to the release before', async () => {
    expect(await version(back)).toBe('2');
    const run = await timed('rollback, until the release before answers', async () => {
      const submitted = await back.stack.submit('rollback', '-y');
      await until(async () => ((await version(back)) === '1' ? true : undefined), 60);
      return submitted;
    });
    await expectFull();
    uploads.release();
    expect((await back.stack.watch(run)).code).toBe(0);
    for (const [index, stack] of saved.entries()) {
      expect((await stack.watch(backups[index] ?? '')).code).toBe(0);
    }
  });

  /** For people to read: a machine of two cores may be busy with other suites. */
  async function timed<Answer>(what: string, work: () => Promise<Answer>): Promise<Answer> {
    const began = performance.now();
    const answer = await work();
    const seconds = ((performance.now() - began) / 1000).toFixed(2);
    process.stdout.write(`| ${what}, with every slot taken | ${seconds} s |\n`);
    return answer;
  }

  async function version({ url }: ReleasedStack): Promise<string> {
    return (await (await fetch(`${url}/version`)).text()).trim();
  }
});
