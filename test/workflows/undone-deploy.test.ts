import type { InputOf } from '../../workflows/catalogue';
import { randomUUID } from 'node:crypto';
import { Context, heartbeat } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { progress } from '../../workflows/messages';
import type { DeployDescription, Migrations } from '../../workflows/model/deployment';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { describeRelease, describeSwitch } from '../support/descriptions';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { uniqueStack, WorkflowHarness, type ActivityDoubles } from '../support/workflow-harness';

const DEPLOY: DeployDescription = {
  services: [describeSwitch()],
  ...{ before: [], after: [] },
  release: { recoveryPoint: 'never', keep: 5, switchImage: 'haproxy:3.0' },
};
const MIGRATIONS = { service: 'api', run: ['up'], timeoutSeconds: 60 };
const HEAD = { head: ['head'] };
const DOWN = { down: ['down', '{revision}'] };

describeWith(['temporal'], 'a deploy that is undone after its migration', () => {
  let harness: WorkflowHarness;
  let schema: string;
  let isStarted: boolean;
  /** What comes of the new slot: it fails, or waits until it is cancelled. */
  let starts: 'badly' | 'until cancelled';
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());
  beforeEach(() => {
    schema = '0001';
    isStarted = false;
    starts = 'badly';
  });

  const doubles: ActivityDoubles = {
    observeRelease: () =>
      Promise.resolve({
        project: 'melvin',
        services: [
          {
            ...{ service: 'api', dependsOn: [], replicas: 1, runs: 'switched', published: [] },
            image: { reference: 'api', pinned: 'api' },
            ...{ active: 'blue', warm: {}, left: [] },
          },
        ],
        stored: { releases: [describeRelease({ number: 1 })], current: 1, next: 2 },
        notes: [],
      }),
    pullImage: () => Promise.resolve({ id: 'sha256:1' }),
    prepareRelease: () => Promise.resolve({ number: 2, file: '/2', modelHash: 'hash' }),
    runOneOff: ({ command: [program = '', revision = ''] }) => {
      if (program === 'up') schema = '0002';
      if (program === 'down') schema = revision;
      return Promise.resolve({ lastLine: program === 'head' ? schema : '', seconds: 0 });
    },
    startService: async () => {
      isStarted = true;
      if (starts === 'until cancelled') await untilCancelled();
      throw ApplicationFailure.nonRetryable('it ended', 'VerificationFailed', {});
    },
    removeService: () => Promise.resolve(),
    discardRelease: () => Promise.resolve(),
    recordRun: () => Promise.resolve(),
  };

  function start(migrations: Migrations): Promise<WorkflowHandle> {
    const stack = uniqueStack({ deploy: { ...DEPLOY, migrations } });
    const input: InputOf<'deploy'> = {
      request: {
        runbook: 'deploy',
        options: { images: {} },
        ...{ stack, requestedBy: 'anna', trigger: 'cli', pawlVersion: '0.0.0' },
      },
      ...{ mode: 'apply', number: 1 },
    };
    return harness.client.workflow.start('deploy', {
      workflowId: `${stack.name}/${randomUUID()}`,
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [input],
    });
  }

  const SERVES = 'Release 1 serves. What was started of release 2 is removed.';

  it.each([
    ['that it was migrated', {}, 'The schema has been migrated.'],
    ['from where to where', HEAD, 'The schema has been migrated from 0001 to 0002.'],
    ['that it is back', { ...HEAD, ...DOWN }, 'The schema is at 0001, as before.'],
  ])('says of the schema %s', async (_title, more, told) => {
    await harness.working(doubles, async () => {
      const run = await start({ ...MIGRATIONS, ...more });
      const state = `${SERVES} ${told}`;
      await expect(run.result()).rejects.toMatchObject({
        cause: {
          type: 'VerificationFailed',
          details: [{ stateNow: state }],
        },
      });
      expect(await run.query(progress)).toMatchObject({ stateNow: state });
    });
  });

  it('says the same when it is cancelled', async () => {
    starts = 'until cancelled';
    await harness.working(doubles, async () => {
      const run = await start({ ...MIGRATIONS, ...HEAD });
      await until(() => (isStarted ? true : undefined));
      await run.cancel();
      await expect(run.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
      const told = 'The schema has been migrated from 0001 to 0002.';
      expect(await run.query(progress)).toMatchObject({ stateNow: `${SERVES} ${told}` });
    });
  });
});

/** Its worker learns of it with the answer to a heartbeat. */
async function untilCancelled(): Promise<void> {
  const beat = setInterval(heartbeat, 100);
  await Context.current().cancelled.finally(() => {
    clearInterval(beat);
  });
}
