import { Client, Connection } from '@temporalio/client';
import { loadStackFile } from '../../stack-file/load';
import { warmWorkflowId } from '../../workflows/messages';
import type { ForcedEndInput } from '../../workflows/model/forced-end';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { freePort } from '../../worker/free-port';
import { docker, TEST_IMAGES } from '../support/docker';
import { startLoad, type LoadReport } from '../support/load';
import { programsOf } from '../support/aftermath';
import { describeWith } from '../support/requirements';
import { ReleasedStack, type ReleasedStackOptions } from '../runbooks/support/released-stack';
import { askHttps } from '../runbooks/support/https-client';
import { until } from '../support/processes';
import {
  EDGES,
  IN_DEPLOY,
  IN_DEPLOY_UNDONE,
  IN_EDGE,
  IN_EDGE_UNDONE,
  IN_FORCED_END,
  IN_FORGET,
  IN_MAINTENANCE,
  IN_ROLLBACK,
  IN_ROLLING,
  together,
} from './crash-cases';
import { FaultyInstallation } from './faulty-installation';
import { sealedClient } from '../support/sealed';

const MIGRATE = ['node', '/app/migrate.cjs'];
const other = (version: '1' | '2') => (version === '1' ? '2' : '1');
const BOTH = ['api', 'api-blue', 'api-green'];

describeWith(
  ['temporal', 'restic', 'postgres', 'ferretdb', 'docker', 'compose'],
  'a release',
  () => {
    let here: FaultyInstallation;
    let stack: ReleasedStack;
    let version: '1' | '2' = '1';

    beforeAll(async () => {
      here = await FaultyInstallation.start();
      stack = await ReleasedStack.create(here.pawl);
      await stack.mustDeploy();
    });

    afterAll(async () => {
      await stack.remove();
      await here.stop();
    });

    it('costs no answer of pawl releases (listReleases)', async () => {
      const output = await here.throughKills(['listReleases'], () =>
        stack.stack.cli('releases', '--json'),
      );
      expect(JSON.parse(output.stdout)).toMatchObject({ current: 1 });
    });

    // It is not waited for: whoever asks is told which releases there are, at least.
    it.each(EDGES)(
      'costs at most what serves, and no answer of pawl releases (%s of observeServing)',
      async (at) => {
        const output = await here.throughKill({ activity: 'observeServing', at }, () =>
          stack.stack.cli('releases', '--json'),
        );
        expect(JSON.parse(output.stdout)).toMatchObject({ current: 1 });
      },
    );

    it('costs no answer of pawl logs (readKeptLogs)', async () => {
      const output = await here.throughKills(['readKeptLogs'], () =>
        stack.stack.cli('logs', `${stack.stack.name}/1`),
      );
      expect(output).toMatchObject({ code: 0 });
    });

    it('costs no answer of pawl exec (findService)', async () => {
      const output = await here.throughKills(['findService'], () =>
        stack.stack.cli('exec', 'api', '--', 'node', '--version'),
      );
      expect(output).toMatchObject({ code: 0, stdout: expect.stringMatching(/^v\d/) as string });
    });

    it('costs no answer of pawl releases diff (diffReleases)', async () => {
      const output = await here.throughKills(['diffReleases'], () =>
        stack.stack.cli('releases', 'diff', '1', '1', '--json'),
      );
      expect(JSON.parse(output.stdout)).toMatchObject({ from: 1, to: 1 });
    });

    it('takes over what plain Compose runs (adoptRelease)', async () => {
      const plain = await ReleasedStack.create(here.pawl);
      try {
        await plain.compose('up', '-d');
        const output = await here.throughKills(['adoptRelease'], () => plain.deploy());
        expect(output).toMatchObject({ code: 0, outcome: { release: 2, replaced: 1 } });
        expect(await plain.serving()).toBe('1');
        expect(await plain.running()).toEqual(['api', 'api-blue']);
      } finally {
        await plain.remove();
      }
    });

    it('stops what was kept warm for its time (coolSlot)', async () => {
      const next = other(version);
      const { service = {} } = options(next, 200);
      await stack.describe({ service, api: { keepOld: '2s' } });
      await here.throughKills(['coolSlot'], async () => {
        await stack.mustDeploy();
        await warmEnds();
      });
      version = next;
      expect(await stack.serving()).toBe(version);
      expect(await stack.containers()).toHaveLength(2);
    });

    it('ends by force with all requests where they were (settleTraffic, endRun)', async () => {
      const next = other(version);
      const canary = { steps: ['50%'], pauseSeconds: 300, minRequests: 1 };
      const { service = {} } = options(next, 200);
      await stack.describe({ service, api: { canary } });
      const { stdout } = await stack.stack.cli('deploy', '-y', '--force', '--detach', '-q');
      const run = stdout.trim();
      await until(async () => ((await stack.versions()).length === 2 ? true : undefined), 60);
      const connection = await Connection.connect({ address: here.pawl.temporal.address });
      try {
        const { workflow } = new Client({ connection, ...sealedClient() });
        const { runId: key } = await workflow.getHandle(run).describe();
        const input: ForcedEndInput = {
          stack: loadStackFile({ file: stack.stack.file }),
          ...{ run, number: Number(run.split('/')[1]), key, runbook: 'deploy' },
          ...{ requestedBy: 'anna', by: 'anna', reason: 'a test wants it' },
        };
        const start = { workflowId: `force/${run}`, taskQueue: WORKFLOW_TASK_QUEUE };
        const end: unknown = await here.throughKills(IN_FORCED_END, () =>
          workflow.execute('endByForce', { ...start, args: [input] }),
        );
        expect(end).toMatchObject({ services: [{ service: 'api' }] });
        const { status } = await workflow.getHandle(run).describe();
        expect([status.name, await stack.versions()]).toEqual(['TERMINATED', [version]]);
      } finally {
        await connection.close();
      }
    });

    async function warmEnds(): Promise<void> {
      const connection = await Connection.connect({ address: here.pawl.temporal.address });
      try {
        const { workflow } = new Client({ connection, ...sealedClient() });
        await workflow.getHandle(warmWorkflowId(stack.stack.name)).result();
      } finally {
        await connection.close();
      }
    }

    /** Every kind of step is in it. */
    const options = (next: '1' | '2', expect: number): ReleasedStackOptions => ({
      api: { canary: { steps: ['50%'], pauseSeconds: 1, minRequests: 100_000 }, watch: '1s' },
      service: { image: next === '1' ? TEST_IMAGES.app1 : TEST_IMAGES.app2 },
      file: {
        gates: {
          before: [{ run: { service: 'api', command: ['node', '--version'] } }],
          after: [{ http: { url: `${stack.url}/version`, expect, timeout: '1s' } }],
        },
        migrations: { service: 'api', run: [...MIGRATE, 'up', next], head: [...MIGRATE, 'head'] },
      },
    });

    /** Something is asked all the time, and no answer fails. */
    async function underLoad<Output>(
      work: () => Promise<Output>,
      { url } = stack,
    ): Promise<[Output, LoadReport]> {
      const load = await startLoad({ url, connections: 4 });
      const output = await work().finally(() => undefined);
      return [output, await load.stop()];
    }

    it.each(together(IN_DEPLOY))(
      'ends with the new one when the worker is killed at both ends of %s, and drops no request',
      async (_names, activities) => {
        const next = other(version);
        await stack.describe(options(next, 200));
        const [output, report] = await underLoad(() =>
          here.throughKills(activities, () => stack.deploy()),
        );
        expect(output).toMatchObject({ code: 0, outcome: { state: 'done' } });
        expect(await stack.serving()).toBe(next);
        version = next;
        expect(report.total.failed).toBe(0);
        expect(await stack.running()).toEqual(BOTH);
        expect(await stack.containers()).toHaveLength(3);
        expect(await programsOf(here.pawl)).toEqual([]);
      },
    );

    it.each(together(IN_ROLLING))(
      'replaces each container when the worker is killed at both ends of %s, and drops no request',
      async (_names, activities) => {
        const rolling = { api: { strategy: 'rolling', keepOld: undefined } };
        const rolled = await ReleasedStack.create(here.pawl, {
          ...{ ...rolling, service: { scale: 2 } },
        });
        try {
          await rolled.mustDeploy();
          await rolled.describe({ ...rolling, service: { scale: 2, image: TEST_IMAGES.app2 } });
          const [output, report] = await underLoad(
            () => here.throughKills(activities, () => rolled.deploy()),
            rolled,
          );
          expect(output).toMatchObject({ code: 0, outcome: { state: 'done' } });
          expect(report.total.failed).toBe(0);
          expect(await rolled.running()).toEqual(['api', 'api-green', 'api-green']);
          expect(await rolled.containers()).toHaveLength(3);
          expect(await rolled.versions()).toEqual(['2']);
        } finally {
          await rolled.remove();
        }
      },
    );

    it.each(together(IN_DEPLOY_UNDONE))(
      'ends with the old one when the worker is killed at both ends of %s while it is undone',
      async (_names, activities) => {
        const next = other(version);
        await stack.describe(options(next, 418));
        const [output, report] = await underLoad(() =>
          here.throughKills(activities, () => stack.deploy()),
        );
        expect(output).toMatchObject({ code: 3 });
        expect(await stack.serving()).toBe(version);
        expect(report.total.failed).toBe(0);
        expect(await stack.containers()).toHaveLength(2);
      },
    );

    async function edgeOn(https: number) {
      const { Id: image } = await docker.getImage(TEST_IMAGES.edge).inspect();
      const ports = { address: '127.0.0.1', http: await freePort('127.0.0.1'), https };
      return { image, ports, sites: { localhost: { service: 'api', certificate: 'internal' } } };
    }

    const hasEdge = async () => (await stack.running()).includes('edge');

    it.each(together(IN_EDGE_UNDONE))(
      'has no edge, as before, when the worker is killed at both ends of %s',
      async (_names, activities) => {
        const edge = await edgeOn(await freePort('127.0.0.1'));
        const { service = {}, file = {} } = options(other(version), 418);
        await stack.describe({ service, file: { ...file, edge } });
        expect(await here.throughKills(activities, () => stack.deploy())).toMatchObject({
          code: 3,
        });
        expect([await stack.serving(), await hasEdge()]).toEqual([version, false]);
      },
    );

    it.each(IN_EDGE)(
      'has the edge that it should when the worker is killed at both ends of %s',
      async (activity) => {
        const next = other(version);
        const port = await freePort('127.0.0.1');
        const { service = {} } = options(next, 200);
        const edge = activity === 'bringEdge' ? { edge: await edgeOn(port) } : {};
        await stack.describe({ service, file: edge });
        expect(await here.throughKills([activity], () => stack.deploy())).toMatchObject({
          code: 0,
        });
        version = next;
        expect(await stack.serving()).toBe(version);
        expect(await hasEdge()).toBe(activity === 'bringEdge');
        if (activity !== 'bringEdge') return;
        const site = { host: 'localhost', port };
        const answer = await until(() => askHttps(site, '/version').catch(() => undefined));
        expect(answer.body.trim()).toBe(version);
      },
    );

    it.each(together(IN_MAINTENANCE))(
      'is behind a page, and before it again, when the worker is killed at both ends of %s',
      async (_names, activities) => {
        const turn = (...argv: readonly string[]) => stack.stack.follow('maintenance', ...argv);
        const on = await here.throughKills(activities, () => turn('on', '-m', 'a moment'));
        expect(on).toMatchObject({ code: 0, outcome: { turn: 'on' } });
        expect(await stack.serving()).toBe('status 503');
        const off = await here.throughKills(activities, () => turn('off'));
        expect(off).toMatchObject({ code: 0, outcome: { turn: 'off' } });
        expect(await stack.serving()).toBe(version);
      },
    );

    it.each(together(IN_FORGET))(
      'is given back to plain Compose, and taken again, when the worker is killed at both ends of %s',
      async (_names, activities) => {
        const given = await here.throughKills(activities, () => stack.stack.follow('forget', '-y'));
        expect(given).toMatchObject({ code: 0, outcome: { runbook: 'forget' } });
        expect([await stack.serving(), await stack.running()]).toEqual([version, ['api']]);
        await stack.mustDeploy();
        expect(await stack.serving()).toBe(version);
      },
    );

    it.each(together(IN_ROLLBACK))(
      'is gone back from when the worker is killed at both ends of %s',
      async (_names, activities) => {
        const next = other(version);
        await stack.describe(options(next, 200));
        await stack.mustDeploy();
        const [output, report] = await underLoad(() =>
          here.throughKills(activities, () => stack.rollback('--schema', 'keep')),
        );
        expect(output).toMatchObject({ code: 0 });
        expect(await stack.serving()).toBe(version);
        expect(report.total.failed).toBe(0);
      },
    );
  },
);
