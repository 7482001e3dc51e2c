import type { RunOutcome } from '../../workflows/catalogue';
import type { ReleasesNow, ServiceState } from '../../workflows/model/serving';
import { docker, startContainer, TEST_IMAGES } from '../support/docker';
import { startLoad } from '../support/load';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import type { Ended } from './support/protected-stack';
import type { ReleasedStack } from './support/released-stack';
import { releasedStacks } from './support/released-stacks';

const CANARY = { canary: { steps: ['50%'], pauseSeconds: 60, minRequests: 10 }, keepOld: '1s' };
/** Beside the service that is released; it depends on it. */
const other = {
  other: {
    ...{ image: TEST_IMAGES.app1, init: true, command: ['sleep', '3600'], depends_on: ['api'] },
    stop_grace_period: '1s',
  },
};

/** What is typed on a host beside pawl; what each rule comes to in all combinations is in `test/activities/hand-typed.test.ts`. */
describeWith(
  ['temporal', 'restic', 'docker', 'compose'],
  'a command of Compose typed by hand',
  () => {
    const newStack = releasedStacks();
    let stack: ReleasedStack;
    beforeAll(async () => {
      stack = await newStack({ services: other });
      await stack.mustDeploy();
    });

    /** A host that is busy may not have answered in the time that `status` has for it: then it is asked again. */
    async function state(): Promise<ServiceState> {
      for (;;) {
        const { stdout } = await stack.stack.cli('status', '--json');
        const { releases } = JSON.parse(stdout) as { releases: ReleasesNow };
        const seen = releases.serving?.services[0];
        if (seen !== undefined) return seen;
      }
    }

    const kinds = async () => (await state()).drifts.map(({ kind }) => kind);

    async function inJudgement(typed: readonly string[]): Promise<Ended> {
      const run = await stack.stack.submit('deploy', '-y');
      await stack.stack.step(run, 'judge:api/50', (step) => step.state === 'running');
      // pawl may take the place back while Compose is at it, which then misses a container: the run's end is what counts.
      await stack.compose(...typed).catch(() => undefined);
      return stack.stack.watch(run);
    }

    it('has a deploy that changes nothing end without a question, and one with --force make a release', async () => {
      const none = await stack.stack.cli('deploy', '-y');
      expect(none).toMatchObject({ code: 0 });
      expect(none.stdout).toMatch(/Nothing to deploy: release 1 of .* serves/);
      expect(await kinds()).toEqual([]);
      const plan = await stack.stack.cli('plan', 'deploy', '--json');
      expect(JSON.parse(plan.stdout)).toMatchObject({ changesNothing: true });
      await stack.describe({ services: other, environment: { TOKEN: 'hunter2', LEVEL: 'debug' } });
      const changed = JSON.parse((await stack.stack.cli('plan', 'deploy', '--json')).stdout) as {
        changes: { lines: readonly string[] };
      };
      expect(changed.changes.lines.filter((line) => line.startsWith('+'))).toEqual([
        ...['+    environment:', '+      LEVEL: debug', '+      TOKEN: "[redacted]"'],
      ]);
      await stack.describe({ services: other });
    });

    it('ends a canary in its place, undone: the old release serves, and the outcome says why', async () => {
      await stack.describe({ api: CANARY, service: { image: TEST_IMAGES.app2 }, services: other });
      const load = await startLoad({ url: stack.url, connections: 4 });
      const undone = await inJudgement(['up', '-d', 'other']);
      const { total } = await load.stop();
      expect(undone).toMatchObject({ code: 3, failure: { type: 'VerificationFailed' } });
      expect(undone.failure?.message).toContain('made by plain Compose, has taken the place');
      expect(undone.failure?.state).toContain('Release 1 serves');
      expect(await stack.versions()).toEqual(['1']);
      expect(await kinds()).toEqual([]);
      expect(total.ok).toBeGreaterThan(0);
    });

    it('that removes slot and switch in the middle of a canary is undone from the stored release', async () => {
      const undone = await inJudgement(['up', '-d', '--remove-orphans']);
      expect(undone).toMatchObject({ code: 3, failure: { type: 'VerificationFailed' } });
      expect(await stack.versions()).toEqual(['1']);
      expect(await kinds()).toEqual([]);
    });

    it('after a release is told everywhere, stops what was warm all the same, and is taken over again', async () => {
      const short = { ...CANARY, canary: { ...CANARY.canary, pauseSeconds: 1 } };
      await stack.describe({ api: short, service: { image: TEST_IMAGES.app2 }, services: other });
      const second = (await stack.mustDeploy()).outcome as RunOutcome & { release: number };
      await stack.describe({ api: short, services: other });
      await stack.compose('up', '-d', 'api');
      await until(async () => ((await stack.serving()) === '1' ? true : undefined));

      expect(await kinds()).toEqual(['compose-in-place']);
      const releases = await stack.stack.cli('releases');
      expect(releases.stdout).toContain('has the place of its switch');
      expect(releases.stdout).not.toMatch(/ serves$/m);
      const doctor = await stack.stack.cli('doctor');
      expect([doctor.code, doctor.stdout]).toEqual([1, expect.stringContaining('deploy.api')]);
      const page = await stack.stack.cli('maintenance', 'on', '-m', 'soon');
      expect([page.code, page.stderr]).toEqual([
        7,
        expect.stringContaining('would not get the page'),
      ]);
      expect(await stack.serving()).toBe('1');
      const warm = await until(async () =>
        (await stack.running()).includes('api-blue') ? undefined : await stack.running(),
      );
      expect(warm).toEqual(['api', 'api-green', 'other']);

      await stack.describe({ api: short, service: { image: TEST_IMAGES.app2 }, services: other });
      const taken = (await stack.mustDeploy()).outcome as RunOutcome & { release: number };
      expect(taken.release).toBe(second.release + 2);
      expect(await stack.versions()).toEqual(['2']);
      expect(await kinds()).toEqual([]);
    });

    it('believes the switch: a slot that came back to its network without its name there is reached by nobody', async () => {
      const { slot } = (await state()).should ?? {};
      // Other suites have containers of this service too.
      const project = `com.docker.compose.project=${stack.project}`;
      const filters = { label: [project, `com.docker.compose.service=api-${slot ?? ''}`] };
      const [served] = await docker.listContainers({ filters });
      const container = served?.Id ?? '';
      const [name = ''] = Object.keys(served?.NetworkSettings.Networks ?? {});
      const network = docker.getNetwork(name);
      await network.disconnect({ Container: container });
      // Has its address meanwhile: where Docker's DNS does not answer, HAProxy keeps to that, and would find it there again.
      const stranger = await startContainer({
        title: 'stranger',
        hostConfig: { NetworkMode: name },
      });
      await network.connect({ Container: container }).finally(() => stranger.remove());
      await until(async () => ((await kinds()).includes('unreached') ? true : undefined), 60);
      const status = await stack.stack.cli('status');
      expect(status.stdout).toContain('The switch of api sends nothing to');
      expect((await state()).serves).toEqual([]);

      const next = { api: CANARY, service: { image: TEST_IMAGES.app1 }, services: other };
      await stack.describe(next);
      const plan = await stack.stack.cli('plan', 'deploy', '--json');
      expect(
        (JSON.parse(plan.stdout) as { services: readonly object[] }).services[0],
      ).toMatchObject({ shares: [100] });

      // One that is no better is undone to what was, and no more is asked of that.
      const bad = { http: { url: `${stack.url}/version`, expect: 418, timeout: '1s' } };
      await stack.describe({ ...next, file: { gates: { after: [bad] } } });
      const undone = await stack.deploy();
      expect(undone).toMatchObject({ code: 3, failure: { type: 'VerificationFailed' } });
      expect(undone.failure?.state).toContain('Nothing serves, as before');
      expect(await kinds()).toContain('unreached');

      await stack.describe(next);
      await stack.mustDeploy();
      expect(await stack.versions()).toEqual(['1']);
      expect(await kinds()).toEqual([]);
    });
  },
);
