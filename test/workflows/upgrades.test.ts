import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { RecordRunInput } from '../../activities/run/record-run';
import { endByForce } from '../../client/temporal/forced-end';
import type { Session } from '../../client/temporal/session';
import { listStuck } from '../../client/temporal/stuck-runs';
import type { Output } from '../../client/terminal/output';
import { createDeployment } from '../../worker/builds/deployment';
import { buildIdOf, workflowBundlePath } from '../../worker/workflow-bundle';
import type { RunbookRequest } from '../../workflows/catalogue';
import {
  approve,
  confirm,
  keptWorkflowId,
  queue,
  resolve,
  stackWorkflowId,
  warmWorkflowId,
} from '../../workflows/messages';
import { WORKFLOW_TASK_QUEUE, type StackDescription } from '../../workflows/model/stack';
import { DEPLOY, HISTORY_DOUBLES } from '../histories/doubles';
import { inPhase } from '../support/in-phase';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { secondBuild, type SecondBuild } from '../support/second-build';
import { UpgradableHost } from '../support/upgradable-host';
import {
  BACKUP,
  gate,
  restoreOf,
  uniqueStack,
  WorkflowHarness,
  type ActivityDoubles,
} from '../support/workflow-harness';

const DEPLOY_IT: RunbookRequest = { runbook: 'deploy', options: { images: {} } };
const ROLL_BACK: RunbookRequest = { runbook: 'rollback', options: {} };
const FORGET: RunbookRequest = { runbook: 'forget', options: {} };
const MAINTENANCE: RunbookRequest = {
  runbook: 'maintenance',
  options: { turn: 'on', only: [], message: 'back soon' },
};

describeWith(['temporal'], 'an upgrade of pawl', () => {
  let harness: WorkflowHarness;
  let first: string;
  let second: SecondBuild;
  const folders: string[] = [];
  beforeAll(async () => {
    [harness, first, second] = [
      await WorkflowHarness.start(),
      await buildIdOf(workflowBundlePath()),
      await secondBuild(),
    ];
  });
  afterAll(async () => {
    await harness.stop();
    for (const folder of folders) await rm(folder, { recursive: true });
  });

  async function stateDirectory(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'pawl-state-'));
    folders.push(folder);
    return folder;
  }
  let session: Session;
  const silent = {
    waiting: (_: string, work: unknown) => work,
    note: () => undefined,
  } as unknown as Output;
  beforeAll(() => {
    const { client, address } = harness;
    const call = (work: () => unknown) => work();
    session = { client, address, namespace: 'default', call } as unknown as Session;
  });
  const hosts: UpgradableHost[] = [];
  afterEach(() => Promise.all(hosts.splice(0).map((host) => host.stop())));
  async function start(folder: string, host: string, bundle: string, version: string) {
    const installed = { host, stateDirectory: folder, bundle, version };
    const started = await UpgradableHost.start(harness, installed);
    hosts.push(started);
    return started;
  }
  const before = (folder: string, host = 'local') =>
    start(folder, host, workflowBundlePath(), '0.1.0');
  const after = (folder: string, host = 'local') =>
    start(folder, host, second.bundle, second.version);

  const handleOf = (id: string): WorkflowHandle => harness.client.workflow.getHandle(id);

  async function buildOf(run: WorkflowHandle): Promise<string> {
    const { raw } = await run.describe();
    return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? '';
  }

  async function submitted(stack: StackDescription, what: RunbookRequest, change = {}) {
    const { run } = await harness.submit(stack, what, undefined, change);
    const handle = handleOf(run);
    await until(() => handle.describe().catch(() => undefined));
    return handle;
  }

  const ended = (run: WorkflowHandle) =>
    run.result().then(
      (outcome: { state?: string } | undefined) => outcome?.state ?? 'done',
      (error: unknown) => String((error as Error).cause),
    );

  /** One that waits for its worker at the first step that it is given. */
  function waiting(doubles: ActivityDoubles) {
    const begun = gate();
    const opened = gate();
    const wait = async (): Promise<void> => {
      begun.open();
      await opened.opened;
    };
    const slow: ActivityDoubles = {
      ...doubles,
      setMaintenance: async (input) => {
        await wait();
        return doubles.setMaintenance?.(input) ?? { switchRuns: true };
      },
      preparePlain: async () => {
        await wait();
        return { number: 3, file: '/3', modelHash: 'hash' };
      },
      examineHost: async () => {
        await wait();
        return [];
      },
      drainSlot: async () => {
        await wait();
        return { left: 0, seconds: 1 };
      },
    };
    return { slow, begun, opened };
  }

  let isFull = false;
  const doubles: ActivityDoubles = {
    ...HISTORY_DOUBLES,
    backUpPart: (input) =>
      isFull
        ? Promise.reject(ApplicationFailure.nonRetryable('the disk is full', 'CommandFailed', {}))
        : (HISTORY_DOUBLES.backUpPart?.(input) ?? Promise.reject(new Error('no double'))),
  };

  it('lets every open run end under the code that it began under, and begins new ones under the new', async () => {
    const { slow, opened } = waiting(doubles);
    const approval = { required: 1, from: ['ben'], expiresSeconds: 300, self: false };
    const folder = await stateDirectory();
    const kept = uniqueStack();
    const deploying = uniqueStack({ deploy: DEPLOY });
    const back = uniqueStack({ deploy: DEPLOY, approvals: { rollback: approval } });
    const queued = uniqueStack({ approvals: { backup: approval }, deploy: DEPLOY });
    isFull = false;

    await harness.stepping(slow, async () => {
      const old = await before(folder);
      const runs = {
        approval: await submitted(queued, BACKUP),
        ...{ kept: handleOf(keptWorkflowId(`${kept.name}/1`)) },
        rollback: await submitted(back, ROLL_BACK),
        forget: await submitted(uniqueStack({ deploy: DEPLOY }), FORGET),
        maintenance: await submitted(uniqueStack({ deploy: DEPLOY }), MAINTENANCE),
        deploy: await submitted(deploying, DEPLOY_IT),
        question: await harness.client.workflow.start('examine', {
          ...{ workflowId: `examine/x/${randomUUID()}`, taskQueue: WORKFLOW_TASK_QUEUE },
          args: [{ stack: kept }],
        }),
      };
      await (await submitted(kept, restoreOf(kept))).result();
      isFull = true;
      const hold = await submitted(uniqueStack(), BACKUP, { hold: true });
      await inPhase(hold, 'hold');
      const behind = await harness.submit(queued, DEPLOY_IT);
      expect(behind.behind).toEqual([runs.approval.workflowId]);
      await inPhase(runs.approval, 'approve');
      await inPhase(runs.rollback, 'approve');
      isFull = false;

      await old.stop();
      const now = await after(folder);
      expect(now.earlierBuilds).toEqual([first]);
      opened.open();

      for (const run of [runs.approval, runs.rollback]) {
        const { planHash = '' } = await inPhase(run, 'approve');
        await run.executeUpdate(approve, { args: [{ by: 'ben', planHash }] });
      }
      const [held] = (await inPhase(hold, 'hold')).held ?? [];
      await hold.executeUpdate(resolve, {
        args: [{ by: 'anna', way: 'retry', step: held?.step ?? '' }],
      });
      await runs.kept.executeUpdate(confirm, { args: [{ by: 'anna' }] });
      for (const [name, run] of Object.entries({ ...runs, hold })) {
        expect([name, await ended(run), await buildOf(run)]).toEqual([name, 'done', first]);
      }

      // What waited behind it, and its keeper, begin under the new code; so does the stack go on.
      expect(await ended(handleOf(behind.run))).toBe('done');
      expect(await buildOf(handleOf(behind.run))).toBe(second.buildId);
      expect(await buildOf(handleOf(stackWorkflowId(queued.name)))).toBe(second.buildId);
      expect(await buildOf(handleOf(warmWorkflowId(queued.name)))).toBe(second.buildId);
      const state = await handleOf(stackWorkflowId(queued.name)).query(queue);
      expect(state.ended.map(({ outcome }) => outcome)).toEqual(['done', 'done']);

      await harness.nothingLeftWaiting();

      // A keeper of the old code still counts the days: the bundle stays for it alone.
      expect(await buildOf(handleOf(warmWorkflowId(deploying.name)))).toBe(first);
      await handleOf(warmWorkflowId(back.name)).cancel();
      expect((await now.store.list()).bundles).toHaveLength(2);
      const next = await submitted(deploying, DEPLOY_IT);
      expect([await ended(next), await buildOf(next)]).toEqual(['done', second.buildId]);
      await until(() =>
        now.store.list().then(({ bundles }) => (bundles.length === 1 ? true : undefined)),
      );
      expect(now.earlierBuilds).toEqual([]);
      await now.stop();
    });
  });

  it('of one host waits for the others: new runs begin under the code that all have', async () => {
    const [one, two] = [await stateDirectory(), await stateDirectory()];
    const deployment = createDeployment(harness.client, 'default');
    await harness.stepping(doubles, async () => {
      // The test before has left the newer one as the current: the server forgets hosts after minutes.
      const { token } = await deployment.look();
      const older = await before(one, 'one');
      await deployment.makeCurrent(first, token);
      const newer = await after(two, 'two');
      const stack = uniqueStack();
      const run = await submitted(stack, BACKUP);
      expect([await ended(run), await buildOf(run)]).toEqual(['done', first]);

      await older.stop();
      const upgraded = await after(one, 'one');
      await until(async () =>
        (await deployment.look()).current === second.buildId ? true : undefined,
      );
      const next = await submitted(stack, BACKUP);
      expect([await ended(next), await buildOf(next)]).toEqual(['done', second.buildId]);
      await upgraded.stop();
      await newer.stop();
    });
  });

  it('that has lost the code before is told, and what needs it can be ended by force', async () => {
    const folder = await stateDirectory();
    const deployment = createDeployment(harness.client, 'default');
    const entries: RecordRunInput['entry'][] = [];
    const putBack = { service: 'api', slot: 'blue' as const, release: 2, putBack: true };
    const steps: ActivityDoubles = {
      ...doubles,
      settleTraffic: () => Promise.resolve({ services: [putBack], left: [] }),
      recordRun: ({ entry }) => {
        entries.push(entry);
        return Promise.resolve();
      },
    };
    const approval = { required: 1, from: ['ben'], expiresSeconds: 300, self: false };
    const stack = uniqueStack({ deploy: DEPLOY, approvals: { deploy: approval } });
    await harness.stepping(steps, async () => {
      const old = await before(folder);
      const { token } = await deployment.look();
      await deployment.makeCurrent(first, token);
      await (await submitted(stack, restoreOf(stack))).result();
      const run = await submitted(stack, DEPLOY_IT);
      await inPhase(run, 'approve');
      const behind = await harness.submit(stack, BACKUP);
      const force = (id: string, number: number) =>
        endByForce(session, silent, { run: id, number }, 'anna', () => Promise.resolve(stack));
      await expect(force(run.workflowId, 2)).rejects.toMatchObject({ exitCode: 7 });

      await old.stop();
      await rm(join(folder, 'bundles', `${first}.js`));
      await after(folder);
      const kept = keptWorkflowId(`${stack.name}/1`);
      expect((await listStuck(session, stack.name)).map((one) => [one.run, one.kind])).toEqual(
        expect.arrayContaining([
          [run.workflowId, 'build-gone'],
          [kept, 'build-gone'],
        ]),
      );
      entries.length = 0;
      expect(await force(run.workflowId, 2)).toMatchObject({ services: [putBack], left: [] });
      expect(await force(kept, 0)).toMatchObject({ run: kept, services: [] });
      expect(entries).toMatchObject([
        { runbook: 'deploy', outcome: 'terminated', requestedBy: 'anna' },
        { runbook: 'kept', outcome: 'terminated' },
      ]);
      expect((await run.describe()).status.name).toBe('TERMINATED');
      // Its end has freed the stack.
      expect(await ended(handleOf(behind.run))).toBe('done');
      expect(await listStuck(session, stack.name)).toEqual([]);
    });
  });
});
