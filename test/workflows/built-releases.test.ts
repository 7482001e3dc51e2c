import type { InputOf } from '../../workflows/catalogue';
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { approve, progress } from '../../workflows/messages';
import type { DeployDescription } from '../../workflows/model/deployment';
import type { PlannedOutcome } from '../../workflows/model/outcome';
import type { DeployPlan } from '../../workflows/model/plans';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { uniqueStack, WorkflowHarness, type ActivityDoubles } from '../support/workflow-harness';

const DEPLOY: DeployDescription = {
  services: [
    { service: 'api', strategy: 'recreate' },
    { service: 'worker', strategy: 'recreate' },
  ],
  ...{ before: [], after: [] },
  release: { recoveryPoint: 'migrations', keep: 5, switchImage: 'haproxy:3.0' },
};
const BUILT = { reference: 'api:v1', pinned: `sha256:${'1'.repeat(64)}` };

describeWith(['temporal'], 'a release that is built first', () => {
  let harness: WorkflowHarness;
  let worker: string;
  let built: number;
  const plain = uniqueStack({ deploy: DEPLOY });
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());
  beforeEach(() => {
    worker = 'worker@sha256:1';
    built = 0;
  });

  const service = { dependsOn: [], replicas: 1, runs: 'nothing', warm: {}, left: [] } as const;
  const doubles: ActivityDoubles = {
    observeRelease: ({ built: images = {} }) =>
      Promise.resolve({
        project: 'melvin',
        services: [
          {
            ...{ ...service, service: 'api', published: [], builds: { named: true } },
            image: images['api'] ?? { reference: 'api:v1', pinned: 'api:v1' },
          },
          {
            ...{ ...service, service: 'worker', published: [] },
            image: { reference: 'worker', pinned: worker },
          },
        ],
        ...{ stored: { releases: [], next: 1 }, notes: [] },
      }),
    buildImage: () => {
      built += 1;
      return Promise.resolve(BUILT);
    },
    // The first thing that is touched: far enough for these tests.
    pullImage: ({ pinned }) =>
      Promise.reject(ApplicationFailure.nonRetryable(`pulls ${pinned}`, 'CommandFailed', {})),
    recordRun: () => Promise.resolve(),
  };

  function start(mode: InputOf<'deploy'>['mode'], planHash?: string, stack = plain) {
    const chosen = { images: {}, build: { push: false } };
    const input: InputOf<'deploy'> = {
      request: {
        runbook: 'deploy',
        options: planHash === undefined ? chosen : { ...chosen, planHash },
        stack,
        ...{ requestedBy: 'anna@laptop', trigger: 'cli', pawlVersion: '0.0.0' },
      },
      ...{ mode, number: 1 },
    };
    return harness.client.workflow.start('deploy', {
      workflowId: `${stack.name}/${randomUUID()}`,
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [input],
    });
  }

  async function execute(
    mode: InputOf<'deploy'>['mode'],
    planHash?: string,
  ): Promise<PlannedOutcome> {
    return (await (await start(mode, planHash)).result()) as PlannedOutcome;
  }

  async function messageOf(run: Promise<unknown>): Promise<string> {
    const error: unknown = await run.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    return (error as WorkflowFailedError).cause?.message ?? '';
  }

  it('is planned without a build, and goes on as it was shown with what came of it', async () => {
    await harness.working(doubles, async () => {
      const { plan } = await execute('plan');
      expect(built).toBe(0);
      expect((plan as DeployPlan).services[0]).toMatchObject({ image: { pinned: 'api:v1' } });
      expect(await messageOf(execute('apply', plan.hash))).toMatch(`pulls ${BUILT.pinned}`);
      expect(built).toBe(1);
    });
  });

  it('is not built when the plan is no longer the one that was shown', async () => {
    await harness.working(doubles, async () => {
      const { plan } = await execute('plan');
      worker = 'worker@sha256:2';
      expect(await messageOf(execute('apply', plan.hash))).toMatch(/no longer the one that was/);
      expect(built).toBe(0);
    });
  });

  it('is refused when another image has moved while it was built', async () => {
    const moving: ActivityDoubles = {
      ...doubles,
      buildImage: () => {
        worker = 'worker@sha256:2';
        return Promise.resolve(BUILT);
      },
    };
    await harness.working(moving, async () => {
      const { plan } = await execute('plan');
      expect(await messageOf(execute('apply', plan.hash))).toMatch(/no longer the one that was/);
    });
  });

  it('is approved with what came of the build, and is not built again', async () => {
    const deploy = { required: 1, from: ['ben'], expiresSeconds: 300, self: false };
    await harness.working(doubles, async () => {
      const { plan } = await execute('plan');
      const run = await start('apply', plan.hash, { ...plain, approvals: { deploy } });
      const planHash = await until(async () => (await run.query(progress)).approval?.planHash);
      expect(planHash).not.toBe(plan.hash);
      await run.executeUpdate(approve, { args: [{ by: 'ben', planHash }] });
      expect(await messageOf(run.result())).toMatch(`pulls ${BUILT.pinned}`);
      expect(built).toBe(1);
    });
  });
});
