import type { RunRequest, RunbookRequest } from '../../workflows/catalogue';
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, WithStartWorkflowOperation } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker, type NativeConnection } from '@temporalio/worker';
import type { HostActivities } from '../../activities';
import { createRunActivities } from '../../activities';
import type { RunDirectory } from '../../activities/ports/run-directory';
import { createDeployment } from '../../worker/builds/deployment';
import { createRunDirectory } from '../../worker/run-directory';
import { createSchedules } from '../../worker/schedules/create-schedules';
import { buildIdOf, workflowBundlePath } from '../../worker/workflow-bundle';
import { stackWorkflowId, submit, type Submitted } from '../../workflows/messages';
import type { StackDescription } from '../../workflows/model/stack';
import { WORKFLOW_TASK_QUEUE, hostNowQueue, hostTaskQueue } from '../../workflows/model/stack';
import { DEPLOYMENT } from '../../workflows/model/worker-identity';
import { describeStack } from './descriptions';
import { runProcess, type ProcessResult } from './run-process';
import { NO_SECRETS, sealedClient, sealedWorker, TEST_CODEC } from './sealed';
import { expectNothingLeftWaiting } from './settled-runs';
import {
  startTemporalServer,
  type TemporalServer,
  type TemporalServerOptions,
} from './temporal-server';

export type ActivityDoubles = { [Name in keyof HostActivities]?: HostActivities[Name] };

/** The real workflows on a real Temporal server; only the activities on the host are replaced. */
export class WorkflowHarness {
  /** Runs that were looked at: once is enough. */
  private readonly seen = new Set<string>();

  private constructor(
    readonly client: Client,
    private readonly server: TemporalServer,
    private readonly environment: TestWorkflowEnvironment,
    private readonly buildId: string,
  ) {}

  /** `unversioned`: as before the first worker that names a version. */
  static async start(
    options?: TemporalServerOptions,
    state: 'versioned' | 'unversioned' = 'versioned',
  ): Promise<WorkflowHarness> {
    // Failing activities are what these tests are about: no word about them.
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    const server = await startTemporalServer(options);
    const environment = await TestWorkflowEnvironment.createFromExistingServer({
      address: server.address,
    });
    const client = new Client({ connection: environment.connection, ...sealedClient() });
    const buildId = await buildIdOf(workflowBundlePath());
    if (state === 'versioned') {
      await createDeployment(client, 'default').makeCurrent(buildId, new Uint8Array());
    }
    return new WorkflowHarness(client, server, environment, buildId);
  }

  async stop(): Promise<void> {
    await this.environment.teardown();
    await this.server.stop();
  }

  /** Runs `body` while workers poll; activities that `doubles` lacks fail as unknown. */
  async working<Output>(
    doubles: ActivityDoubles,
    body: () => Promise<Output>,
    runs: RunDirectory = createRunDirectory(this.client),
  ): Promise<Output> {
    const checked = async () => {
      const output = await body();
      await this.nothingLeftWaiting();
      return output;
    };
    return this.workingUnchecked(doubles, checked, runs);
  }

  /** As `working`, where runs end that never began. */
  async workingUnchecked<Output>(
    doubles: ActivityDoubles,
    body: () => Promise<Output>,
    runs: RunDirectory = createRunDirectory(this.client),
  ): Promise<Output> {
    const { connection } = this;
    const workflows = await Worker.create({
      ...{ connection, ...sealedWorker() },
      taskQueue: WORKFLOW_TASK_QUEUE,
      workerDeploymentOptions: {
        version: { deploymentName: DEPLOYMENT, buildId: this.buildId },
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'PINNED',
      },
      workflowBundle: { codePath: workflowBundlePath() },
      activities: createRunActivities({
        ...{ runs, secrets: NO_SECRETS },
        schedules: createSchedules(this.client, TEST_CODEC),
      }),
      stickyQueueScheduleToStartTimeout: '1 second',
    });
    return workflows.runUntil(() => this.stepping(doubles, body));
  }

  /** Of runs that have ended: a worker of the build of each must be there. */
  nothingLeftWaiting(): Promise<void> {
    return expectNothingLeftWaiting(this.client, this.seen);
  }

  /** Runs `body` while the steps alone have workers: those of the workflows are the test's own. */
  async stepping<Output>(doubles: ActivityDoubles, body: () => Promise<Output>): Promise<Output> {
    const { connection } = this;
    const stepsOn = (taskQueue: string) =>
      Worker.create({
        ...{ connection, taskQueue, ...sealedWorker() },
        activities: { ...BENIGN, ...doubles },
      });
    const long = await stepsOn(hostTaskQueue('local'));
    const short = await stepsOn(hostNowQueue('local'));
    return long.runUntil(() => short.runUntil(body));
  }

  get address(): string {
    return this.server.address;
  }

  get connection(): NativeConnection {
    return this.environment.nativeConnection;
  }

  /** Runs Temporal's own command on the server. */
  temporal(args: readonly string[]): Promise<ProcessResult> {
    const { program, address } = this.server;
    return runProcess([program, ...args, '--address', address], { env: process.env });
  }

  /** Everything that the server has on disk, as bytes. */
  async onDisk(): Promise<string> {
    const { stateDirectory } = this.server;
    const files = (await readdir(stateDirectory)).filter((name) => name.startsWith('temporal.db'));
    const read = files.map((name) => readFile(join(stateDirectory, name), 'latin1'));
    return (await Promise.all(read)).join('\n');
  }

  /** Submits a run as the client does. */
  async submit(
    stack: StackDescription,
    what: RunbookRequest,
    requestId: string = randomUUID(),
    change: Partial<Pick<RunRequest, 'hold' | 'despiteFreeze'>> = {},
  ): Promise<Submitted> {
    const request: RunRequest = {
      ...what,
      ...change,
      stack,
      requestedBy: 'anna',
      trigger: 'cli',
      pawlVersion: '0.0.0',
    };
    const startWorkflowOperation = new WithStartWorkflowOperation('stack', {
      workflowId: stackWorkflowId(stack.name),
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [{ stack: stack.name, host: stack.host }],
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    return this.client.workflow.executeUpdateWithStart(submit, {
      args: [{ request }],
      updateId: requestId,
      startWorkflowOperation,
    });
  }
}

/** What every run needs and no test is about. */
const BENIGN: ActivityDoubles = {
  keepDescription: () => Promise.resolve(),
  highestRecordedRun: () => Promise.resolve(0),
  recordFreeze: () => Promise.resolve(true),
  recordedFreeze: () => Promise.resolve(undefined),
  recordRun: () => Promise.resolve(),
};

/** A stack of its own for each test: they share one server. */
export function uniqueStack(change: Partial<StackDescription> = {}): StackDescription {
  return describeStack({ name: `s${randomUUID().slice(0, 8)}`, ...change });
}

export const BACKUP: RunbookRequest = {
  runbook: 'backup',
  options: { only: [], initialise: false },
};

export function restoreOf(stack: StackDescription): RunbookRequest {
  return {
    runbook: 'restore',
    options: { point: { newest: true }, only: [], confirmation: stack.name },
  };
}

/** A promise and its ends: an activity that waits for its test. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
