import { randomUUID } from 'node:crypto';
import { Client, WorkflowFailedError } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { defaultPayloadConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { opened } from '../../client/temporal/open-sealed';
import * as workflows from '../../workflows';
import { progress, queue, stackWorkflowId, submit } from '../../workflows/messages';
import { hostNowQueue, hostTaskQueue, WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import type { StackDescription } from '../../workflows/model/stack';
import { HISTORY_DOUBLES } from '../histories/doubles';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { TEST_CODEC } from '../support/sealed';
import { BACKUP, gate, uniqueStack, WorkflowHarness } from '../support/workflow-harness';

type Event = temporal.api.history.v1.IHistoryEvent;
type Command = temporal.api.command.v1.ICommand;

const enums = temporal.api.enums.v1;
const COMPLETED =
  enums.UpdateWorkflowExecutionLifecycleStage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED;

/** Refused at once: long before any timeout of Temporal's. */
const AT_ONCE_MILLISECONDS = 5_000;

async function failureOf(result: Promise<unknown>): Promise<WorkflowFailedError> {
  const error: unknown = await result.catch((reason: unknown) => reason);
  if (!(error instanceof WorkflowFailedError)) throw new Error('it did not fail', { cause: error });
  return error;
}

/** Whoever can reach Temporal's port, and has no key: every test is an attack. */
describeWith(['temporal'], 'without the key', () => {
  let harness: WorkflowHarness;
  let attacker: Client;
  /** Steps that a worker has really done. */
  const done: string[] = [];
  const doubles = Object.fromEntries(
    Object.entries(HISTORY_DOUBLES).map(([name, double]) => [
      name,
      (...args: never[]) => {
        done.push(name);
        return (double as (...given: never[]) => unknown)(...args);
      },
    ]),
  );

  beforeAll(async () => {
    harness = await WorkflowHarness.start();
    attacker = new Client({ connection: harness.client.connection });
  });
  afterAll(() => harness.stop());
  beforeEach(() => {
    done.length = 0;
  });

  const working = (body: () => Promise<void>) => harness.workingUnchecked(doubles, body);
  const eventsOf = async (workflowId: string, runId?: string): Promise<Event[]> =>
    (await attacker.workflow.getHandle(workflowId, runId).fetchHistory()).events ?? [];
  const backUp = async (stack: StackDescription): Promise<string> => {
    const { run } = await harness.submit(stack, BACKUP);
    const handle = harness.client.workflow.getHandle(run);
    await until(() => handle.describe().catch(() => undefined));
    await handle.result();
    return run;
  };
  /** At once, visibly, and in words for those who have the key. */
  const expectRefused = async (workflowId: string, reason: RegExp) => {
    const began = performance.now();
    const error = await failureOf(harness.client.workflow.getHandle(workflowId).result());
    expect(performance.now() - began).toBeLessThan(AT_ONCE_MILLISECONDS);
    const { cause } = error;
    expect(cause).toMatchObject({ type: 'PreconditionFailed', nonRetryable: true });
    expect(cause?.message).toMatch(reason);
    const [event] = (await eventsOf(workflowId)).slice(-1);
    expect(event?.workflowExecutionFailedEventAttributes?.failure?.message).toBe('Encoded failure');
  };
  const forgedStart = (type: string, args: unknown[], workflowId = `forged/${randomUUID()}`) =>
    attacker.workflow.start(type, { taskQueue: WORKFLOW_TASK_QUEUE, workflowId, args });

  /** A workflow of the attacker's own, whose only task is answered with commands of his choice. */
  const rogueWorkflow = async (workflowId: string, commands: readonly Command[]) => {
    const taskQueue = `rogue-${randomUUID()}`;
    const { workflowService } = attacker;
    await attacker.workflow.start('rogue', { taskQueue, workflowId });
    const task = await attacker.withDeadline(Date.now() + 20_000, () =>
      workflowService.pollWorkflowTaskQueue({
        ...{ namespace: 'default', identity: 'rogue', taskQueue: { name: taskQueue } },
      }),
    );
    const { taskToken } = task;
    await workflowService.respondWorkflowTaskCompleted({
      ...{ namespace: 'default', identity: 'rogue', taskToken, commands: [...commands] },
    });
  };
  const scheduling = (
    activityType: string,
    activityId: string,
    payloads: Payload[] = [],
    taskQueue = hostTaskQueue('local'),
  ): Command => ({
    commandType: enums.CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
    scheduleActivityTaskCommandAttributes: {
      ...{ activityId, activityType: { name: activityType }, taskQueue: { name: taskQueue } },
      ...{ input: { payloads }, scheduleToCloseTimeout: { seconds: 30 as never } },
      retryPolicy: { maximumAttempts: 1 },
    },
  });
  const failureOfStep = async (workflowId: string) => {
    const failed = await until(async () =>
      (await eventsOf(workflowId)).find((event) => event.activityTaskFailedEventAttributes),
    );
    return opened(TEST_CODEC, failed).activityTaskFailedEventAttributes?.failure;
  };

  it.each(Object.keys(workflows))(
    'a start of %s ends at once, and nothing is done',
    async (type) => {
      await working(async () => {
        const stack = uniqueStack();
        const input = { request: { stack, ...BACKUP }, mode: 'apply', number: 1, stack };
        const { workflowId } = await forgedStart(type, [input]);
        await expectRefused(workflowId, /not sealed/);
        const empty = await forgedStart(type, []);
        await expectRefused(empty.workflowId, /not sealed/);
        expect(done).toEqual([]);
      });
    },
  );

  it('a start by the temporal command ends at once, and nothing is done', async () => {
    await working(async () => {
      const workflowId = `plan/lpe/${randomUUID()}`;
      const stack = uniqueStack();
      const input = JSON.stringify({ request: { stack, ...BACKUP }, mode: 'plan', number: 0 });
      const flags = ['--type', 'backup', '--task-queue', 'pawl', '--workflow-id', workflowId];
      await harness.temporal(['workflow', 'start', ...flags, '--input', input]);
      await expectRefused(workflowId, /not sealed/);
      expect(done).toEqual([]);
    });
  });

  it('an update is refused without a trace, and the stack works on', async () => {
    await working(async () => {
      const stack = uniqueStack();
      await backUp(stack);
      const id = stackWorkflowId(stack.name);
      const before = (await eventsOf(id)).length;
      const request = { stack, ...BACKUP, requestedBy: 'eve', trigger: 'cli', pawlVersion: '0' };
      const handle = attacker.workflow.getHandle(id);
      for (const args of [[{ request }], [], [null]] as [never][]) {
        await expect(handle.executeUpdate(submit, { args })).rejects.toThrow();
      }
      const updates = (await eventsOf(id)).filter((event) => Number(event.eventId) > before);
      expect(updates.some((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toBe(
        false,
      );
      expect(await backUp(stack)).toBe(`${stack.name}/2`);
    });
  });

  it('the first submission of a stack starts nothing, and wedges nothing', async () => {
    await working(async () => {
      const stack = uniqueStack();
      const id = stackWorkflowId(stack.name);
      const flags = ['--workflow-id', id, '--type', 'stack', '--task-queue', 'pawl'];
      const what = ['--id-conflict-policy', 'UseExisting', '--update-name', 'submit'];
      const start = JSON.stringify({ stack: stack.name, host: 'local' });
      const input = ['--input', start, '--update-input', JSON.stringify({ request: { stack } })];
      const command = ['workflow', 'execute-update-with-start', ...flags, ...what, ...input];
      expect((await harness.temporal(command)).code).not.toBe(0);
      await expectRefused(id, /not sealed/);
      expect(await backUp(stack)).toBe(`${stack.name}/1`);
    });
  });

  it('a query is refused, and so is a signal ignored', async () => {
    await working(async () => {
      const stack = uniqueStack();
      const run = await backUp(stack);
      await expect(attacker.workflow.getHandle(run).query(progress)).rejects.toThrow();
      const handle = attacker.workflow.getHandle(stackWorkflowId(stack.name));
      await handle.signal('submit', { request: {} });
      await handle.signal('anything');
      expect(await backUp(stack)).toBe(`${stack.name}/2`);
    });
  });

  it('nothing that is answered or kept can be read', async () => {
    await working(async () => {
      const stack = uniqueStack({
        repository: { ...uniqueStack().repository, url: '/srv/sentinel-9f2c' },
      });
      const run = await backUp(stack);
      const shown: string[] = [];
      for (const id of [run, stackWorkflowId(stack.name)]) {
        const { stdout } = await harness.temporal(['workflow', 'show', '-w', id, '-o', 'json']);
        const described = await harness.temporal(['workflow', 'describe', '-w', id, '-o', 'json']);
        shown.push(stdout, described.stdout);
      }
      const text = shown.join('\n');
      const payloads = [...text.matchAll(/"data": ?"([^"]*)"/g)];
      expect(payloads.length).toBeGreaterThan(10);
      const decoded = payloads.map(([, data = '']) =>
        Buffer.from(data, 'base64').toString('latin1'),
      );
      expect([text, ...decoded].join('\n').toLowerCase()).not.toMatch(/sentinel.9f2c/);
      expect((await harness.onDisk()).toLowerCase()).not.toMatch(/sentinel.9f2c/);
    });
  });

  it.each([
    ['of the long steps', hostTaskQueue('local')],
    ['of the short ones', hostNowQueue('local')],
  ])(
    'a step that an own workflow asks for in the queue %s is refused',
    async (_queue, taskQueue) => {
      await working(async () => {
        const workflowId = `rogue/${randomUUID()}`;
        const input = [defaultPayloadConverter.toPayload({ stack: uniqueStack(), host: 'local' })];
        await rogueWorkflow(workflowId, [scheduling('storeManifest', '1', input, taskQueue)]);
        const failure = await failureOfStep(workflowId);
        expect(failure?.applicationFailureInfo).toMatchObject({
          ...{ type: 'PreconditionFailed', nonRetryable: true },
        });
        expect(done).toEqual([]);
      });
    },
  );

  it('a sealed step is worth nothing in another workflow, as another step, or in a later run of its id', async () => {
    await working(async () => {
      const stack = uniqueStack();
      const run = await backUp(stack);
      const scheduled = (await eventsOf(run)).flatMap(
        (event) => event.activityTaskScheduledEventAttributes ?? [],
      );
      const step = scheduled.find(({ activityType }) => activityType?.name === 'storeManifest');
      const payloads = (step?.input?.payloads ?? []) as Payload[];
      expect(payloads).toHaveLength(1);
      done.length = 0;
      const id = step?.activityId ?? '';
      const elsewhere = `rogue/${randomUUID()}`;
      await rogueWorkflow(elsewhere, [scheduling('storeManifest', id, payloads)]);
      expect((await failureOfStep(elsewhere))?.message).toMatch(/something else/);
      await rogueWorkflow(run, [scheduling('storeManifest', id, payloads)]);
      expect((await failureOfStep(run))?.message).toMatch(/another run/);
      expect(done).toEqual([]);
    });
  });

  it('a sealed request that is sent again is admitted once', async () => {
    await working(async () => {
      const stack = uniqueStack();
      await backUp(stack);
      const id = stackWorkflowId(stack.name);
      const accepted = (await eventsOf(id)).flatMap(
        (event) => event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest ?? [],
      );
      const input = accepted[0]?.input;
      expect(input?.args?.payloads).toHaveLength(1);
      const again = (name: string) =>
        attacker.workflowService.updateWorkflowExecution({
          ...{ namespace: 'default', workflowExecution: { workflowId: id } },
          waitPolicy: { lifecycleStage: COMPLETED },
          request: { meta: { updateId: randomUUID(), identity: 'eve' }, input: { ...input, name } },
        });
      for (const name of ['submit', 'freeze']) {
        const { outcome } = await again(name);
        const told = opened(TEST_CODEC, outcome)?.failure;
        expect(told?.applicationFailureInfo?.type).toBe('PreconditionFailed');
        expect(told?.message).toMatch(name === 'submit' ? /admitted once/ : /another message/);
      }
      const state = await harness.client.workflow.getHandle(id).query(queue);
      expect(state.ended).toHaveLength(1);
      expect(state).toMatchObject({ running: [], waiting: [] });
    });
  });

  it('the sealed start of a run is worth nothing when the run is over, nor under another id', async () => {
    await working(async () => {
      const stack = uniqueStack();
      const run = await backUp(stack);
      const [first] = await eventsOf(run);
      const input = first?.workflowExecutionStartedEventAttributes?.input ?? null;
      done.length = 0;
      for (const workflowId of [run, `${stack.name}/7`]) {
        await attacker.workflowService.startWorkflowExecution({
          ...{ namespace: 'default', workflowId, workflowType: { name: 'backup' }, input },
          ...{ taskQueue: { name: WORKFLOW_TASK_QUEUE }, requestId: randomUUID() },
        });
        await expectRefused(workflowId, /another parent|something else/);
      }
      expect(done).toEqual([]);
    });
  });

  it('a run that is over and is reset does nothing more', async () => {
    await working(async () => {
      const stack = uniqueStack();
      const run = await backUp(stack);
      const completed = (await eventsOf(run)).find(
        (event) => event.workflowTaskCompletedEventAttributes,
      );
      done.length = 0;
      await attacker.workflowService.resetWorkflowExecution({
        ...{ namespace: 'default', workflowExecution: { workflowId: run }, reason: 'again' },
        ...{ workflowTaskFinishEventId: completed?.eventId ?? null, requestId: randomUUID() },
      });
      const error = await failureOf(harness.client.workflow.getHandle(run).result());
      expect(error.cause?.message).toMatch(/was reset/);
      expect(done).toEqual([]);
    });
  });

  const completed = async (payloads: Payload[], check: (run: string) => Promise<void>) => {
    const stack = uniqueStack();
    const asked = gate();
    const observeRepository = async () => {
      await asked.opened;
      return HISTORY_DOUBLES.observeRepository?.({} as never) as never;
    };
    await harness.workingUnchecked({ ...doubles, observeRepository }, async () => {
      const { run } = await harness.submit(stack, BACKUP);
      const pending = await until(async () => {
        const handle = harness.client.workflow.getHandle(run);
        const { raw } = await handle.describe().catch(() => ({ raw: undefined }));
        return raw?.pendingActivities?.find(({ state }) => Number(state) === 2);
      });
      try {
        await attacker.workflowService.respondActivityTaskCompletedById({
          ...{ namespace: 'default', workflowId: run, activityId: pending.activityId ?? '' },
          result: { payloads },
        });
        await check(run);
      } finally {
        asked.open();
      }
    });
  };

  it('an answer that is not sealed to a step that waits fails the run, and is not taken as data', () =>
    completed([defaultPayloadConverter.toPayload({ entries: [] })], async (run) => {
      const error = await failureOf(harness.client.workflow.getHandle(run).result());
      expect(error.cause?.message).toMatch(/not sealed/);
      expect(done).not.toContain('backUpPart');
    }));

  // Temporal's core takes no such answer: the same as ending the run, which needs no key either.
  it('no answer to a step that waits makes the run stand still, and is not taken as data', () =>
    completed([], async (run) => {
      await until(async () =>
        (await eventsOf(run)).find((event) => event.workflowTaskFailedEventAttributes),
      );
      expect(done).not.toContain('backUpPart');
      await attacker.workflow.getHandle(run).terminate();
    }));
});
