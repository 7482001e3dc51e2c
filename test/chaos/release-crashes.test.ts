import { Client, Connection } from '@temporalio/client';
import { loadStackFile } from '../../stack-file/load';
import { warmWorkflowId } from '../../workflows/messages';
import type { ForcedEndInput } from '../../workflows/model/forced-end';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { freePort } from '../../worker/free-port';
import { askHttps } from '../runbooks/support/https-client';
import type { Ended } from '../runbooks/support/protected-stack';
import { ReleasedStack, type ReleasedStackOptions } from '../runbooks/support/released-stack';
import { programsOf } from '../support/aftermath';
import { docker, TEST_IMAGES } from '../support/docker';
import { startLoad, type LoadReport } from '../support/load';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { sealedClient } from '../support/sealed';
import { CRASHES } from './crash-cases';
import { FaultyInstallation } from './faulty-installation';

type Version = '1' | '2';

const MIGRATE = ['node', '/app/migrate.cjs'];
const BOTH_SLOTS = ['api', 'api-blue', 'api-green'];
const other = (version: Version): Version => (version === '1' ? '2' : '1');
const imageOf = (version: Version) => (version === '1' ? TEST_IMAGES.app1 : TEST_IMAGES.app2);

/** A stack whose first release serves. */
class Serving {
  version: Version = '1';

  private constructor(readonly stack: ReleasedStack) {}

  static async begin(here: FaultyInstallation): Promise<Serving> {
    const stack = await ReleasedStack.create(here.pawl);
    await stack.mustDeploy();
    return new Serving(stack);
  }

  get next(): Version {
    return other(this.version);
  }

  /** Every kind of step is in it; its last gate expects a status. */
  nextRelease(expect: 200 | 418): ReleasedStackOptions {
    const { next } = this;
    return {
      api: { canary: { steps: ['50%'], pauseSeconds: 1, minRequests: 100_000 }, watch: '1s' },
      ...this.nextImage,
      file: {
        gates: {
          before: [{ run: { service: 'api', command: ['node', '--version'] } }],
          after: [{ http: { url: `${this.stack.url}/version`, expect, timeout: '1s' } }],
        },
        migrations: { service: 'api', run: [...MIGRATE, 'up', next], head: [...MIGRATE, 'head'] },
      },
    };
  }

  /** A release of which its image alone is told: of the version that serves, or the next one. */
  get thisImage(): ReleasedStackOptions {
    return { service: { image: imageOf(this.version) } };
  }

  get nextImage(): ReleasedStackOptions {
    return { service: { image: imageOf(this.next) } };
  }

  async expectServes(version: Version): Promise<void> {
    expect(await this.stack.serving()).toBe(version);
    this.version = version;
  }

  async hasEdge(): Promise<boolean> {
    return (await this.stack.running()).includes('edge');
  }
}

describeWith(
  ['temporal', 'restic', 'postgres', 'ferretdb', 'docker', 'compose'],
  'a release',
  () => {
    let here: FaultyInstallation;
    let first: Serving;
    let both: readonly Serving[];

    beforeAll(async () => {
      here = await FaultyInstallation.start();
      both = await Promise.all([Serving.begin(here), Serving.begin(here)]);
      [first] = both as [Serving, Serving];
    });

    afterAll(async () => {
      await Promise.all(both.map(({ stack }) => stack.remove()));
      await here.stop();
    });

    const onBoth = <Output>(work: (serving: Serving) => Promise<Output>): Promise<Output[]> =>
      Promise.all(both.map(work));

    it.each(CRASHES.releaseQuestions)(
      'costs no answer of pawl releases, logs, exec and releases diff (%s)',
      async (_where, kills) => {
        const { stack } = first.stack;
        await here.through(kills, {
          work: () =>
            Promise.all([
              stack.cli('releases', '--json'),
              stack.cli('logs', `${stack.name}/1`),
              stack.cli('exec', 'api', '--', 'node', '--version'),
              stack.cli('releases', 'diff', '1', '1', '--json'),
            ]),
          expect: ([releases, logs, exec, diff]) => {
            expect(JSON.parse(releases.stdout)).toMatchObject({ current: 1 });
            expect(logs).toMatchObject({ code: 0 });
            expect(exec).toMatchObject({ code: 0 });
            expect(exec.stdout).toMatch(/^v\d/);
            expect(JSON.parse(diff.stdout)).toMatchObject({ from: 1, to: 1 });
          },
        });
      },
    );

    // It is not waited for: whoever asks is told which releases there are, at least.
    it.each(CRASHES.serving)(
      'costs at most what serves, and no answer of pawl releases (%s)',
      async (_where, kills) => {
        await here.through(kills, {
          work: () => onBoth(({ stack }) => stack.stack.cli('releases', '--json')),
          expect: (outputs) => {
            for (const { stdout } of outputs) {
              expect(JSON.parse(stdout)).toMatchObject({ current: 1 });
            }
          },
        });
      },
    );

    it.each(CRASHES.forcedEnd)(
      'ends by force with all requests where they were (%s)',
      async (_where, kills) => {
        const canary = { steps: ['50%'], pauseSeconds: 300, minRequests: 1 };
        const runs = await onBoth(async (serving) => {
          const { stack } = serving;
          await stack.describe({ ...serving.nextImage, api: { canary } });
          const run = await stack.stack.submit('deploy', '-y', '--force');
          await until(async () => ((await stack.versions()).length === 2 ? true : undefined), 60);
          return run;
        });
        await onWorkflows(async (workflow) => {
          const end = async ({ stack }: Serving, run: string): Promise<unknown> => {
            const { runId: key } = await workflow.getHandle(run).describe();
            const input: ForcedEndInput = {
              stack: loadStackFile({ file: stack.stack.file }),
              ...{ run, number: Number(run.split('/')[1]), key, runbook: 'deploy' },
              ...{ requestedBy: 'anna', by: 'anna', reason: 'a test wants it' },
            };
            const start = { workflowId: `force/${run}`, taskQueue: WORKFLOW_TASK_QUEUE };
            return workflow.execute('endByForce', { ...start, args: [input] });
          };
          await here.through(kills, {
            work: () => Promise.all(both.map((serving, at) => end(serving, runs[at] ?? ''))),
            expect: async (ends) => {
              for (const [at, { stack, version }] of both.entries()) {
                expect(ends[at]).toMatchObject({ services: [{ service: 'api' }] });
                const { status } = await workflow.getHandle(runs[at] ?? '').describe();
                expect([status.name, await stack.versions()]).toEqual(['TERMINATED', [version]]);
              }
            },
          });
        });
      },
    );

    it.each(CRASHES.deploy)(
      'ends with the new one when the worker is killed at %s, and drops no request',
      async (_where, kills) => {
        await onBoth((serving) => serving.stack.describe(serving.nextRelease(200)));
        await here.through(kills, {
          work: () => onBoth(underLoad(({ stack }) => stack.deploy())),
          expect: async (ends) => {
            for (const [serving, output, report] of ends) {
              expect(output).toMatchObject({ code: 0, outcome: { state: 'done' } });
              await serving.expectServes(serving.next);
              expect(report.total.failed).toBe(0);
              expect(await serving.stack.running()).toEqual(BOTH_SLOTS);
              expect(await serving.stack.containers()).toHaveLength(3);
            }
            expect(await programsOf(here.pawl)).toEqual([]);
          },
        });
      },
    );

    it.each(CRASHES.rollback)(
      'is gone back from when the worker is killed at %s',
      async (_where, kills) => {
        await onBoth(async (serving) => {
          const release = serving.nextRelease(200);
          await serving.stack.describe({ ...release, api: { ...release.api, canary: undefined } });
          await serving.stack.mustDeploy();
        });
        await here.through(kills, {
          work: () => onBoth(underLoad(({ stack }) => stack.rollback('--schema', 'keep'))),
          expect: async (ends) => {
            for (const [serving, output, report] of ends) {
              expect(output).toMatchObject({ code: 0 });
              await serving.expectServes(serving.version);
              expect(report.total.failed).toBe(0);
            }
          },
        });
      },
    );

    it.each(CRASHES.replaced)(
      'replaces each container, and takes over what plain Compose runs, when the worker is killed at %s',
      async (_where, kills) => {
        const rolling = { api: { strategy: 'rolling', keepOld: undefined } };
        const rolled = await ReleasedStack.create(here.pawl, {
          ...{ ...rolling, service: { scale: 2 } },
        });
        const plain = await ReleasedStack.create(here.pawl);
        try {
          await Promise.all([rolled.mustDeploy(), plain.compose('up', '-d')]);
          await rolled.describe({ ...rolling, service: { scale: 2, image: TEST_IMAGES.app2 } });
          await here.through(kills, {
            work: () => Promise.all([loaded(rolled, () => rolled.deploy()), plain.deploy()]),
            expect: async ([[output, report], taken]) => {
              expect(output).toMatchObject({ code: 0, outcome: { state: 'done' } });
              expect(report.total.failed).toBe(0);
              expect(await rolled.running()).toEqual(['api', 'api-green', 'api-green']);
              expect(await rolled.containers()).toHaveLength(3);
              expect(await rolled.versions()).toEqual(['2']);
              expect(taken).toMatchObject({ code: 0, outcome: { release: 2, replaced: 1 } });
              expect(await plain.serving()).toBe('1');
              expect(await plain.running()).toEqual(['api', 'api-blue']);
            },
          });
        } finally {
          await Promise.all([rolled.remove(), plain.remove()]);
        }
      },
    );

    it.each(CRASHES.deployUndone)(
      'ends with the old one, and without an edge, when the worker is killed at %s while it is undone',
      async (_where, kills) => {
        await onBoth(async (serving) => {
          const { file = {}, ...release } = serving.nextRelease(418);
          const edge = await edgeOn(await freePort('127.0.0.1'));
          await serving.stack.describe({ ...release, file: { ...file, edge } });
        });
        await here.through(kills, {
          work: () => onBoth(underLoad(({ stack }) => stack.deploy())),
          expect: async (ends) => {
            for (const [serving, output, report] of ends) {
              expect(output).toMatchObject({ code: 3 });
              await serving.expectServes(serving.version);
              expect(report.total.failed).toBe(0);
              expect(await serving.hasEdge()).toBe(false);
              expect(await serving.stack.containers()).toHaveLength(2);
            }
          },
        });
      },
    );

    it.each(CRASHES.edgeMade)(
      'has an edge, and has stopped what was kept warm for its time, when the worker is killed at %s',
      async (_where, kills) => {
        const { stack, next } = first;
        const port = await freePort('127.0.0.1');
        const edge = await edgeOn(port);
        await stack.describe({ ...first.nextImage, api: { keepOld: '2s' }, file: { edge } });
        await here.through(kills, {
          work: async () => {
            const output = await stack.deploy();
            await warmEnds(stack);
            return output;
          },
          expect: async (output) => {
            expect(output).toMatchObject({ code: 0 });
            await first.expectServes(next);
            expect(await first.hasEdge()).toBe(true);
            const site = { host: 'localhost', port };
            const answer = await until(() => askHttps(site, '/version').catch(() => undefined));
            expect(answer.body.trim()).toBe(next);
            // The switch, the slot that serves, and the edge.
            expect(await stack.containers()).toHaveLength(3);
          },
        });
      },
    );

    it.each(CRASHES.edgeRemoved)(
      'has no edge any more when the worker is killed at %s',
      async (_where, kills) => {
        const { stack, next } = first;
        await withEdge(first);
        await stack.describe(first.nextImage);
        await here.through(kills, {
          work: () => stack.deploy(),
          expect: async (output) => {
            expect(output).toMatchObject({ code: 0 });
            await first.expectServes(next);
            expect(await first.hasEdge()).toBe(false);
          },
        });
      },
    );

    it.each(CRASHES.maintenance)(
      'is behind a page, and before it again, when the worker is killed at %s',
      async (_where, kills) => {
        const turn = (...argv: readonly string[]) =>
          onBoth(({ stack }) => stack.stack.follow('maintenance', ...argv));
        await here.through(kills, {
          work: () => turn('on', '-m', 'a moment'),
          expect: async (ends) => {
            for (const on of ends) expect(on).toMatchObject({ code: 0, outcome: { turn: 'on' } });
            expect(await onBoth(({ stack }) => stack.serving())).toEqual([
              'status 503',
              'status 503',
            ]);
          },
        });
        await here.through(kills, {
          work: () => turn('off'),
          expect: async (ends) => {
            for (const off of ends)
              expect(off).toMatchObject({ code: 0, outcome: { turn: 'off' } });
            await onBoth((serving) => serving.expectServes(serving.version));
          },
        });
      },
    );

    it.each(CRASHES.forget)(
      'is given back to plain Compose, and taken again, when the worker is killed at %s',
      async (_where, kills) => {
        await onBoth((serving) => serving.stack.describe(serving.thisImage));
        await here.through(kills, {
          work: () => onBoth(({ stack }) => stack.stack.follow('forget', '-y')),
          expect: async (ends) => {
            for (const given of ends) {
              expect(given).toMatchObject({ code: 0, outcome: { runbook: 'forget' } });
            }
            await onBoth(async (serving) => {
              await serving.expectServes(serving.version);
              expect(await serving.stack.running()).toEqual(['api']);
              await serving.stack.mustDeploy();
              await serving.expectServes(serving.version);
            });
          },
        });
      },
    );

    async function onWorkflows<Output>(
      work: (workflow: Client['workflow']) => Promise<Output>,
    ): Promise<Output> {
      const connection = await Connection.connect({ address: here.pawl.temporal.address });
      try {
        return await work(new Client({ connection, ...sealedClient() }).workflow);
      } finally {
        await connection.close();
      }
    }

    function warmEnds({ stack }: ReleasedStack): Promise<unknown> {
      return onWorkflows((workflow) => workflow.getHandle(warmWorkflowId(stack.name)).result());
    }

    async function edgeOn(https: number) {
      const { Id: image } = await docker.getImage(TEST_IMAGES.edge).inspect();
      const ports = { address: '127.0.0.1', http: await freePort('127.0.0.1'), https };
      return { image, ports, sites: { localhost: { service: 'api', certificate: 'internal' } } };
    }

    /** Whichever of the tests before it have run. */
    async function withEdge(serving: Serving): Promise<void> {
      if (await serving.hasEdge()) return;
      const edge = await edgeOn(await freePort('127.0.0.1'));
      await serving.stack.describe({ ...serving.nextImage, file: { edge } });
      await serving.stack.mustDeploy();
      await serving.expectServes(serving.next);
    }
  },
);

/** Something is asked of it all the time. */
async function loaded(
  { url }: ReleasedStack,
  work: () => Promise<Ended>,
): Promise<[Ended, LoadReport]> {
  const load = await startLoad({ url, connections: 4 });
  const output = await work().finally(() => undefined);
  return [output, await load.stop()];
}

const underLoad =
  (work: (serving: Serving) => Promise<Ended>) =>
  async (serving: Serving): Promise<[Serving, Ended, LoadReport]> => [
    serving,
    ...(await loaded(serving.stack, () => work(serving))),
  ];
