import { ApplicationFailure } from '@temporalio/common';
import {
  notifyWorkflowId,
  progress,
  queue,
  resolve,
  approve,
  stackWorkflowId,
} from '../../workflows/messages';
import type { ChannelAnswer, NotifyInput } from '../../workflows/model/audience';
import type { Channel } from '../../workflows/model/channel';
import { WORKFLOW_TASK_QUEUE, type StackDescription } from '../../workflows/model/stack';
import { describePart, describePoint, describeStoredPart } from '../support/descriptions';
import { inPhase } from '../support/in-phase';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import {
  BACKUP,
  uniqueStack,
  WorkflowHarness,
  type ActivityDoubles,
} from '../support/workflow-harness';

const URL = { env: 'URL' };
const OPS: Channel = {
  ...{ name: 'ops', kind: 'ntfy', url: URL },
  on: ['failed', 'held', 'approval', 'recovered'],
};
const CHAT: Channel = { name: 'chat', kind: 'slack', url: URL, on: ['failed'] };
const PULSE: Channel = { name: 'pulse', kind: 'ping', url: URL, runbook: 'backup' };

describeWith(['temporal'], 'notifications', () => {
  let harness: WorkflowHarness;
  let isFull: boolean;
  let isAway: boolean;
  let sent: NotifyInput[];
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());
  beforeEach(() => {
    isFull = false;
    isAway = false;
    sent = [];
  });

  const doubles: ActivityDoubles = {
    observeRepository: () => Promise.resolve({ state: 'ready', program: 'restic 0.19.1' }),
    observeEntry: ({ entry }) =>
      Promise.resolve({
        ...{ entry: entry.name, engine: entry.engine, version: 'PostgreSQL 15.18', notes: [] },
        parts: [{ part: describePart(), expectedBytes: 1 }],
      }),
    backUpPart: ({ part }) =>
      isFull
        ? Promise.reject(
            ApplicationFailure.nonRetryable('the disk is full', 'CommandFailed', {
              evidence: { advice: 'Make room.' },
            }),
          )
        : Promise.resolve(describeStoredPart(part)),
    storeManifest: ({ run, takenAt, parts }) =>
      Promise.resolve(
        describePoint({ run: run.id, runKey: run.key, takenAt, parts: parts.length }),
      ),
    sendNotice: (input) => {
      sent.push(input);
      if (!isAway) return Promise.resolve('took it');
      return Promise.reject(ApplicationFailure.nonRetryable('it is gone', 'PreconditionFailed'));
    },
  };

  const told = (): string[] =>
    sent.map(({ channel, notice }) => `${channel.name} ${notice.event} ${notice.run ?? ''}`).sort();
  const untilTold = (count: number): Promise<unknown> =>
    until(() => Promise.resolve(sent.length >= count ? true : undefined));

  async function ended(stack: StackDescription, count: number): Promise<void> {
    const handle = harness.client.workflow.getHandle(stackWorkflowId(stack.name));
    await until(async () => ((await handle.query(queue)).ended.length >= count ? true : undefined));
  }

  it('tells each channel once of what it listens to', async () => {
    const stack = uniqueStack({ notify: [OPS, CHAT, PULSE] });
    await harness.working(doubles, async () => {
      for (const full of [true, true, false]) {
        isFull = full;
        const { number } = await harness.submit(stack, BACKUP);
        await ended(stack, number);
      }
      await untilTold(11);
    });
    const run = (number: number): string => `${stack.name}/${number}`;
    expect(told()).toEqual(
      [
        ...[1, 2].map((number) => `chat failed ${run(number)}`),
        ...[1, 2].map((number) => `ops failed ${run(number)}`),
        `ops recovered ${run(3)}`,
        ...[1, 2].map((number) => `pulse failed ${run(number)}`),
        ...[1, 2, 3].map((number) => `pulse started ${run(number)}`),
        `pulse succeeded ${run(3)}`,
      ].sort(),
    );
    const second = sent.find(({ notice }) => notice.event === 'failed' && notice.run === run(2));
    expect(second?.notice).toMatchObject({
      what: `backup failed (${run(2)})`,
      why: expect.stringContaining('the disk is full') as string,
      state: expect.stringContaining('It is failure 2 in a row') as string,
      next: expect.stringContaining('Make room.') as string,
    });
    expect(second?.place).toEqual({ stack: stack.name, directory: stack.directory });
  });

  it('neither fails nor delays a run when nobody can be told', async () => {
    isAway = true;
    const stack = uniqueStack({ notify: [{ ...PULSE }] });
    await harness.working(doubles, async () => {
      const { run } = await harness.submit(stack, BACKUP);
      await ended(stack, 1);
      await untilTold(2);
      await expect(harness.client.workflow.getHandle(run).result()).resolves.toMatchObject({
        state: 'done',
      });
      const notice = harness.client.workflow.getHandle(
        notifyWorkflowId(`${run}/succeeded`, 'pulse'),
      );
      await expect(notice.result()).rejects.toThrow();
    });
  });

  it('tells that a run waits for a decision, and for approval', async () => {
    const stack = uniqueStack({
      notify: [OPS],
      approvals: { backup: { required: 1, from: ['ben'], expiresSeconds: 300, self: false } },
      onFailure: 'hold',
    });
    isFull = true;
    await harness.working(doubles, async () => {
      const { run } = await harness.submit(stack, BACKUP);
      const handle = harness.client.workflow.getHandle(run);
      await untilTold(1);
      expect(told()).toEqual([`ops approval ${run}`]);
      const { planHash = '' } = await inPhase(handle, 'approve');
      await handle.executeUpdate(approve, { args: [{ by: 'ben', planHash }] });
      await untilTold(2);
      expect(told()).toEqual([`ops approval ${run}`, `ops held ${run}`]);
      expect(sent[1]?.notice.next).toContain(`pawl resolve ${run} retry|abort`);
      isFull = false;
      const [step] = (await handle.query(progress)).held ?? [];
      await handle.executeUpdate(resolve, {
        args: [{ by: 'anna', way: 'retry', step: step?.step ?? '' }],
      });
      await handle.result();
      await ended(stack, 1);
    });
    expect(sent).toHaveLength(2);
  });

  it('tells that a run was terminated, which could not tell so itself', async () => {
    const stack = uniqueStack({ notify: [CHAT] });
    const never = new Promise<never>(() => undefined);
    await harness.workingUnchecked({ ...doubles, observeRepository: () => never }, async () => {
      const { run } = await harness.submit(stack, BACKUP);
      const handle = harness.client.workflow.getHandle(run);
      await until(() => handle.describe().catch(() => undefined));
      await handle.terminate('by hand');
      await untilTold(1);
    });
    expect(sent[0]?.notice.what).toMatch(/^backup was terminated/);
  });

  it('tells once that a point is too old, and once that it no longer is, also when nothing runs', async () => {
    const events = ['stale', 'recovered'] as const;
    const stack = uniqueStack({
      notify: [{ ...CHAT, on: events }],
      freshness: { pointSeconds: 60 },
    });
    let looks = 0;
    let pointAt = '2026-01-01T00:00:00.000Z';
    const watching: ActivityDoubles = {
      ...doubles,
      observeFreshness: () => {
        looks += 1;
        return looks === 2
          ? Promise.reject(ApplicationFailure.nonRetryable('the disk is away', 'CommandFailed'))
          : Promise.resolve({ pointAt });
      },
    };
    const looked = (count: number) =>
      until(() => Promise.resolve(looks >= count ? true : undefined));
    await harness.working(watching, async () => {
      await harness.submit(stack, BACKUP);
      await ended(stack, 1);
      await untilTold(1);
      await looked(3);
      expect(sent).toHaveLength(1);
      pointAt = new Date().toISOString();
      await untilTold(2);
      const { freshness: _, ...unwatched } = stack;
      await harness.submit(unwatched, BACKUP);
      await ended(stack, 2);
      await harness.client.workflow.getHandle(`freshness/${stack.name}`).result();
    });
    expect(sent.map(({ notice }) => notice.event)).toEqual(['stale', 'recovered']);
    expect(sent[0]?.notice.why).toBe(
      'The newest whole recovery point is of 2026-01-01T00:00:00.000Z.',
    );
  });

  it('begins nothing where nobody is named', async () => {
    const stack = uniqueStack();
    await harness.working(doubles, async () => {
      await harness.submit(stack, BACKUP);
      await ended(stack, 1);
    });
    const query = `WorkflowType = 'notify' AND WorkflowId STARTS_WITH "notify/${stack.name}/"`;
    await expect(harness.client.workflow.count(query)).resolves.toMatchObject({ count: 0 });
    const { events } = await harness.client.workflow
      .getHandle(stackWorkflowId(stack.name))
      .fetchHistory();
    const children = (events ?? []).filter(
      (event) => event.startChildWorkflowExecutionInitiatedEventAttributes,
    );
    expect(children).toHaveLength(1);
  });

  it('says of each channel what it answered to a test', async () => {
    const stack = uniqueStack({ notify: [OPS, CHAT] });
    const answers = await harness.working(
      {
        sendNotice: ({ channel }) =>
          channel.name === 'ops'
            ? Promise.resolve('ntfy.example.org answered 200')
            : Promise.reject(
                ApplicationFailure.create({ message: 'away', type: 'ServiceUnavailable' }),
              ),
      },
      () =>
        harness.client.workflow.execute('notifyTest', {
          workflowId: `notify-test/${stack.name}/1`,
          taskQueue: WORKFLOW_TASK_QUEUE,
          args: [{ stack }],
        }) as Promise<readonly ChannelAnswer[]>,
    );
    expect(answers).toEqual([
      { channel: 'ops', kind: 'ntfy', told: true, answer: 'ntfy.example.org answered 200' },
      { channel: 'chat', kind: 'slack', told: false, answer: 'away' },
    ]);
  });
});
