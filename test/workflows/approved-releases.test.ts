import type { InputOf } from '../../workflows/catalogue';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import type { RecordRunInput } from '../../activities/run/record-run';
import { approve, progress } from '../../workflows/messages';
import type { DeployDescription } from '../../workflows/model/deployment';
import type { PlannedOutcome } from '../../workflows/model/outcome';
import type { Release } from '../../workflows/model/release';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { describeRelease, describeSwitch } from '../support/descriptions';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { uniqueStack, WorkflowHarness, type ActivityDoubles } from '../support/workflow-harness';

const DEPLOY: DeployDescription = {
  services: [describeSwitch()],
  ...{ before: [], after: [] },
  release: { recoveryPoint: 'migrations', keep: 5, switchImage: 'haproxy:3.0' },
};

const release = (number: number): Release =>
  describeRelease({
    ...{ number, replaced: number - 1 },
    services: [
      {
        ...{ service: 'api', strategy: 'switch', slot: number === 1 ? 'green' : 'blue' },
        image: { reference: `api:v${number}`, pinned: `api@sha256:${number}`, id: `id${number}` },
      },
    ],
  });

describeWith(['temporal'], 'a release that people must approve', () => {
  let harness: WorkflowHarness;
  let isWarm: boolean;
  let pulled: boolean;
  let recorded: RecordRunInput['entry'][];
  const stack = uniqueStack({
    deploy: DEPLOY,
    approvals: { rollback: { required: 1, from: ['ben'], expiresSeconds: 300, self: false } },
  });
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());
  beforeEach(() => {
    isWarm = true;
    pulled = false;
    recorded = [];
  });

  const doubles: ActivityDoubles = {
    observeRelease: () =>
      Promise.resolve({
        project: 'melvin',
        services: [
          {
            ...{ service: 'api', dependsOn: [], replicas: 1, runs: 'switched', published: [] },
            image: { reference: 'api', pinned: 'api' },
            ...{ active: 'blue', warm: isWarm ? { green: 1 } : {}, left: [] },
          },
        ],
        ...{ stored: { releases: [release(2), release(1)], current: 2, next: 3 }, notes: [] },
      }),
    // The first thing that is touched: far enough for these tests.
    pullImage: () => {
      pulled = true;
      return Promise.reject(ApplicationFailure.nonRetryable('no further', 'CommandFailed', {}));
    },
    recordRun: ({ entry }) => {
      recorded.push(entry);
      return Promise.resolve();
    },
  };

  function start(mode: InputOf<'rollback'>['mode'], planHash?: string) {
    const input: InputOf<'rollback'> = {
      request: {
        runbook: 'rollback',
        options: planHash === undefined ? {} : { planHash },
        stack,
        ...{ requestedBy: 'anna@laptop', trigger: 'cli', pawlVersion: '0.0.0' },
      },
      ...{ mode, number: 1 },
    };
    return harness.client.workflow.start('rollback', {
      workflowId: `${stack.name}/${randomUUID()}`,
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [input],
    });
  }

  /** The hash that the run asks for, once it is another than `before`. */
  function asked(run: WorkflowHandle, before?: string): Promise<string> {
    return until(async () => {
      const { phase, approval } = await run.query(progress);
      const isNew = phase === 'approve' && approval?.planHash !== before;
      return isNew ? approval?.planHash : undefined;
    });
  }

  const approved = (run: WorkflowHandle, planHash: string) =>
    run.executeUpdate(approve, { args: [{ by: 'ben', planHash }] });

  async function messageOf(run: WorkflowHandle): Promise<string> {
    const error: unknown = await run.result().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    return (error as WorkflowFailedError).cause?.message ?? '';
  }

  it('goes on with the plan that was approved while that still holds', async () => {
    await harness.working(doubles, async () => {
      const run = await start('apply');
      const planHash = await asked(run);
      expect(pulled).toBe(false);
      await approved(run, planHash);
      expect(await messageOf(run)).toMatch(/no further/);
      expect(recorded).toMatchObject([{ planHash, approvals: [{ by: 'ben', planHash }] }]);
    });
    expect(pulled).toBe(true);
  });

  it('asks again when a slot went cold meanwhile, and shows the steps of the new plan once', async () => {
    await harness.working(doubles, async () => {
      const run = await start('apply');
      const first = await asked(run);
      isWarm = false;
      await approved(run, first);
      const second = await asked(run, first);
      expect(pulled).toBe(false);
      await expect(approved(run, first)).rejects.toMatchObject({
        cause: { message: expect.stringMatching(/the plan of/) as string },
      });
      const { approval, steps } = await run.query(progress);
      expect(approval).toMatchObject({ given: [], planHash: second });
      expect(steps.map(({ id }) => id)).toEqual([...new Set(steps.map(({ id }) => id))]);
      await approved(run, second);
      expect(await messageOf(run)).toMatch(/no further/);
      expect(recorded).toMatchObject([
        { planHash: second, approvals: [{ planHash: first }, { planHash: second }] },
      ]);
    });
  });

  it('is refused before anybody is asked when it is not what whoever wants it was shown', async () => {
    await harness.working(doubles, async () => {
      const { plan } = (await (await start('plan')).result()) as PlannedOutcome;
      isWarm = false;
      const run = await start('apply', plan.hash);
      expect(await messageOf(run)).toMatch(/no longer the one that was shown/);
    });
    expect(pulled).toBe(false);
  });

  it('asks again, whatever was shown first, when it changes while people think', async () => {
    await harness.working(doubles, async () => {
      const { plan } = (await (await start('plan')).result()) as PlannedOutcome;
      const run = await start('apply', plan.hash);
      expect(await asked(run)).toBe(plan.hash);
      isWarm = false;
      await approved(run, plan.hash);
      await approved(run, await asked(run, plan.hash));
      expect(await messageOf(run)).toMatch(/no further/);
    });
  });
});
