import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createRunActivities } from '../../activities';
import { listStuck } from '../../client/temporal/stuck-runs';
import type { Session } from '../../client/temporal/session';
import { createRunDirectory } from '../../worker/run-directory';
import { createSchedules } from '../../worker/schedules/create-schedules';
import { buildIdOf, workflowBundlePath } from '../../worker/workflow-bundle';
import { approve } from '../../workflows/messages';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { HISTORY_DOUBLES } from '../histories/doubles';
import { inPhase } from '../support/in-phase';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { NO_SECRETS, sealedClient, sealedWorker, TEST_CODEC } from '../support/sealed';
import { secondBuild } from '../support/second-build';
import { UpgradableHost } from '../support/upgradable-host';
import { BACKUP, uniqueStack, WorkflowHarness } from '../support/workflow-harness';

const APPROVAL = { required: 1, from: ['ben'], expiresSeconds: 300, self: false };

describeWith(['temporal'], 'an upgrade from a worker that names no version', () => {
  let harness: WorkflowHarness;
  let folder: string;
  beforeAll(async () => {
    harness = await WorkflowHarness.start({}, 'unversioned');
    folder = await mkdtemp(join(tmpdir(), 'pawl-state-'));
  });
  afterAll(async () => {
    await harness.stop();
    await rm(folder, { recursive: true });
  });

  /** Those versions said of no workflow how it moves on, and the server takes that of no plain worker. */
  async function withoutBehaviour(bundle: string): Promise<string> {
    const code = await readFile(bundle, 'utf8');
    const older = code.replaceAll(/versioningBehavior: ?['"]AUTO_UPGRADE['"]/g, '');
    expect(older).not.toBe(code);
    return older;
  }

  /** As pawl's were before 0.2.0: a plain worker. */
  async function unversioned<Output>(bundle: string, work: () => Promise<Output>): Promise<Output> {
    const connection = await NativeConnection.connect({ address: harness.address });
    const client = new Client({ connection, ...sealedClient() });
    const worker = await Worker.create({
      ...{ connection, ...sealedWorker(), identity: 'local (7@box)' },
      taskQueue: WORKFLOW_TASK_QUEUE,
      workflowBundle: { code: await withoutBehaviour(bundle) },
      activities: createRunActivities({
        runs: createRunDirectory(client),
        ...{ schedules: createSchedules(client, TEST_CODEC), secrets: NO_SECRETS },
      }),
    });
    try {
      return await worker.runUntil(work);
    } finally {
      await connection.close();
    }
  }

  async function waiting(): Promise<WorkflowHandle> {
    const { run } = await harness.submit(uniqueStack({ approvals: { backup: APPROVAL } }), BACKUP);
    const handle = harness.client.workflow.getHandle(run);
    await until(() => handle.describe().catch(() => undefined));
    // The second build answers no question while it waits for its timer.
    await until(() => inPhase(handle, 'approve').catch(() => undefined));
    return handle;
  }

  it('goes on under the new code with what that can follow, and names what it cannot', async () => {
    const [own, second] = [workflowBundlePath(), await secondBuild()];
    await harness.stepping(HISTORY_DOUBLES, async () => {
      const follows = await unversioned(own, waiting);
      const differs = await unversioned(second.bundle, waiting);
      const installed = { host: 'local', stateDirectory: folder, bundle: own, version: '0.2.0' };
      const host = await UpgradableHost.start(harness, installed);

      const { planHash = '' } = await inPhase(follows, 'approve');
      await follows.executeUpdate(approve, { args: [{ by: 'ben', planHash }] });
      expect(await follows.result()).toMatchObject({ state: 'done' });
      const { raw } = await follows.describe();
      const versioning = raw.workflowExecutionInfo?.versioningInfo;
      expect(versioning?.deploymentVersion?.buildId).toBe(await buildIdOf(own));

      const { client, address } = harness;
      const call = (work: () => unknown) => work();
      const session = { client, address, namespace: 'default', call } as unknown as Session;
      // Something must be asked of it before Temporal looks whether the code follows.
      await differs.cancel();
      const stuck = await until(async () => {
        const found = await listStuck(session, differs.workflowId.split('/')[0] ?? '');
        return found.find(({ run }) => run === differs.workflowId);
      }, 60);
      expect(stuck).toMatchObject({ kind: 'task-failing' });
      await differs.terminate();
      await host.stop();
    });
  });
});
