import type { ScheduleHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { createSchedules } from '../../worker/schedules/create-schedules';
import type {
  ScheduledOutcome,
  ScheduleEntry,
  ScheduleTimes,
} from '../../workflows/model/schedule';
import { scheduleId } from '../../workflows/model/schedule';
import { WORKFLOW_TASK_QUEUE, type StackDescription } from '../../workflows/model/stack';
import { HISTORY_DOUBLES } from '../histories/doubles';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { TEST_CODEC } from '../support/sealed';
import {
  gate,
  uniqueStack,
  WorkflowHarness,
  type ActivityDoubles,
} from '../support/workflow-harness';

const NIGHT: ScheduleTimes = { cron: '30 2 * * *', zone: 'Europe/Berlin' };
const YEAR_MILLISECONDS = 366 * 86_400_000;

describeWith(['temporal'], 'a schedule', () => {
  let harness: WorkflowHarness;
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());

  const schedules = () => createSchedules(harness.client, TEST_CODEC);
  const handleOf = ({ name }: StackDescription): ScheduleHandle =>
    harness.client.schedule.getHandle(scheduleId(name, 'backup'));
  const due = (when: ScheduleTimes, more: Partial<ScheduleEntry> = {}): StackDescription => ({
    ...uniqueStack(),
    schedule: [{ runbook: 'backup', when, jitterSeconds: 0, ...more }],
  });
  const reading = (stack: () => StackDescription, remark?: string): ActivityDoubles => ({
    ...HISTORY_DOUBLES,
    readStackFile: () =>
      Promise.resolve({ description: stack(), ...(remark === undefined ? {} : { remark }) }),
  });
  /** Ids of what it has started, oldest first, once there are so many. */
  const started = (stack: StackDescription, count: number): Promise<string[]> =>
    until(async () => {
      const { recentActions } = (await handleOf(stack).describe()).info;
      const ids = recentActions.map(({ action }) => action.workflow.workflowId);
      return ids.length < count ? undefined : ids;
    });
  const outcomeOf = (workflowId = ''): Promise<ScheduledOutcome> =>
    harness.client.workflow.getHandle(workflowId).result() as Promise<ScheduledOutcome>;

  it('follows the clock of its zone over both changes of it', async () => {
    const stack = due({ cron: '15 3 * * *', zone: 'Europe/Berlin' });
    await schedules().apply(stack);
    const { info } = await handleOf(stack).describe();
    const inBerlin = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Europe/Berlin',
      timeStyle: 'short',
    });
    expect(info.nextActionTimes.map((time) => inBerlin.format(time))).toContain('03:15');
    const { startTime } = await matching(stack, '2026-10-24T12:00:00Z', '2026-10-27T12:00:00Z');
    expect(startTime).toEqual([
      '2026-10-25T02:15:00Z',
      '2026-10-26T02:15:00Z',
      '2026-10-27T02:15:00Z',
    ]);
    const spring = await matching(stack, '2026-03-28T00:00:00Z', '2026-03-30T12:00:00Z');
    expect(spring.startTime).toEqual([
      '2026-03-28T02:15:00Z',
      '2026-03-29T01:15:00Z',
      '2026-03-30T01:15:00Z',
    ]);
  });

  it('of a time that the clocks jump over is not due that night; of one that they repeat, the second time', async () => {
    const stack = due(NIGHT);
    await schedules().apply(stack);
    const spring = await matching(stack, '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z');
    expect(spring.startTime).toEqual(['2026-03-30T00:30:00Z']);
    const autumn = await matching(stack, '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z');
    expect(autumn.startTime).toEqual(['2026-10-25T01:30:00Z', '2026-10-26T01:30:00Z']);
  });

  it('makes up for as far back as one period, and lets one start wait', async () => {
    const daily = due(NIGHT);
    await schedules().apply(daily);
    const { policies } = await handleOf(daily).describe();
    expect(policies).toMatchObject({
      overlap: 'BUFFER_ONE',
      catchupWindow: (25 * 3600 - 1) * 1000,
    });
  });

  it('is sealed, and what is sealed for it starts nothing else', async () => {
    const stack = due({ everySeconds: YEAR_MILLISECONDS / 1000 });
    await schedules().apply(stack);
    const { raw } = await handleOf(stack).describe();
    const payloads = raw.schedule?.action?.startWorkflow?.input?.payloads ?? [];
    expect(
      JSON.stringify(payloads.map(({ data }) => Buffer.from(data ?? []).toString())),
    ).not.toContain(stack.name);
    const startAs = async (workflowId: string) => {
      await harness.client.connection.workflowService.startWorkflowExecution({
        ...{ namespace: 'default', workflowId, requestId: workflowId },
        workflowType: { name: 'scheduled' },
        taskQueue: { name: WORKFLOW_TASK_QUEUE },
        input: { payloads },
      });
      return outcomeOf(workflowId);
    };
    await harness.working(
      reading(() => stack),
      async () => {
        await expect(startAs(`elsewhere/${stack.name}`)).rejects.toMatchObject({
          cause: {
            type: 'PreconditionFailed',
            message: expect.stringContaining('sealed for a schedule') as string,
          },
        });
        // It is as if it were due: what a schedule may do, and no more.
        expect(await startAs(`${scheduleId(stack.name, 'backup')}-again`)).toMatchObject({
          state: 'ran',
        });
      },
    );
  });

  it('that is changed by hand is put right, one that is gone is made again, and a pause stays', async () => {
    const stack = due(NIGHT);
    const changed = due(NIGHT, { jitterSeconds: 60 });
    const same = { ...changed, name: stack.name };
    expect(await schedules().apply(stack)).toMatchObject([{ change: 'created' }]);
    await handleOf(stack).pause('a new disk');
    expect(await schedules().apply(stack)).toMatchObject([{ change: 'unchanged', paused: true }]);
    expect(await schedules().apply(same)).toMatchObject([{ change: 'changed', paused: true }]);
    const { state, spec } = await handleOf(stack).describe();
    expect({ note: state.note, jitter: spec.jitter }).toEqual({
      note: 'a new disk',
      jitter: 60_000,
    });
    await handleOf(stack).delete();
    const both = await Promise.all([schedules().apply(same), schedules().apply(same)]);
    expect(
      both
        .flat()
        .map(({ change }) => change)
        .sort(),
    ).toContain('created');
    const { schedule: _, ...without } = same;
    expect(await schedules().apply(without)).toMatchObject([{ change: 'removed' }]);
    expect(await schedules().apply(without)).toEqual([]);
  });

  it('lets one start wait behind a run that takes longer, and that saves again', async () => {
    const held = gate();
    const begun = gate();
    const stack = due({ everySeconds: 3600 });
    const doubles = {
      ...reading(() => stack),
      backUpPart: async (...args: Parameters<NonNullable<ActivityDoubles['backUpPart']>>) => {
        begun.open();
        await held.opened;
        return HISTORY_DOUBLES.backUpPart?.(...args) as never;
      },
    };
    await schedules().apply(stack);
    await harness.working(doubles, async () => {
      await handleOf(stack).trigger('BUFFER_ONE');
      const [first] = await started(stack, 1);
      await begun.opened;
      // Temporal writes times of starts to the second.
      const nextSecond = Math.floor(Date.now() / 1000) + 1;
      await until(() => (Date.now() / 1000 > nextSecond ? true : undefined));
      for (let again = 0; again < 2; again += 1) await handleOf(stack).trigger('BUFFER_ONE');
      held.open();
      expect(await outcomeOf(first)).toMatchObject({
        state: 'ran',
        outcome: 'done',
        run: `${stack.name}/1`,
      });
      const [, second] = await started(stack, 2);
      expect(await outcomeOf(second)).toMatchObject({ state: 'ran', run: `${stack.name}/2` });
    });
  });

  it('does not save what a run has saved that began after it was due', async () => {
    const stack = due({ everySeconds: 3600 });
    await schedules().apply(stack);
    await harness.working(
      reading(() => stack),
      async () => {
        const end = new Date();
        const start = new Date(end.getTime() - 5 * 3600_000);
        await handleOf(stack).backfill({ start, end, overlap: 'BUFFER_ALL' });
        const outcomes = await Promise.all((await started(stack, 5)).map(outcomeOf));
        expect(outcomes.map(({ state }) => state).sort()).toEqual([
          ...Array<string>(4).fill('covered'),
          'ran',
        ]);
        expect(outcomes.find(({ state }) => state === 'ran')?.lateSeconds).toBeGreaterThan(3600);
      },
    );
  });

  it('ends where its entry is gone, and its run goes on', async () => {
    const held = gate();
    let now = due({ everySeconds: 3600 });
    const stack = now;
    const doubles = {
      ...reading(() => now, 'pawl.yaml is not valid'),
      backUpPart: async (...args: Parameters<NonNullable<ActivityDoubles['backUpPart']>>) => {
        await held.opened;
        return HISTORY_DOUBLES.backUpPart?.(...args) as never;
      },
    };
    await schedules().apply(stack);
    await harness.working(doubles, async () => {
      await handleOf(stack).trigger();
      const [first] = await started(stack, 1);
      await until(() =>
        harness.client.workflow
          .getHandle(`${stack.name}/1`)
          .describe()
          .catch(() => undefined),
      );
      const { schedule: _, ...without } = stack;
      now = without;
      expect(await schedules().apply(now)).toMatchObject([{ change: 'removed' }]);
      held.open();
      expect(await outcomeOf(first)).toMatchObject({
        state: 'ran',
        outcome: 'done',
        remarks: ['pawl.yaml is not valid'],
      });
    });
  });

  it('undoes a run that fails, where the stack file would hold it, and says how it ended', async () => {
    const stack: StackDescription = { ...due({ everySeconds: 3600 }), onFailure: 'hold' };
    const full = () =>
      Promise.reject(ApplicationFailure.nonRetryable('the disk is full', 'CommandFailed', {}));
    const doubles = { ...reading(() => stack), storeManifest: full };
    await schedules().apply(stack);
    await harness.working(doubles, async () => {
      await handleOf(stack).trigger();
      const [first] = await started(stack, 1);
      expect(await outcomeOf(first)).toMatchObject({ state: 'ran', outcome: 'failed' });
    });
  });

  async function matching(stack: StackDescription, from: string, until: string) {
    const { workflowService } = harness.client;
    const at = (time: string) => ({ seconds: Date.parse(time) / 1000 }) as never;
    const { startTime } = await workflowService.listScheduleMatchingTimes({
      ...{ namespace: 'default', scheduleId: scheduleId(stack.name, 'backup') },
      ...{ startTime: at(from), endTime: at(until) },
    });
    const iso = (seconds: unknown) =>
      new Date(Number(seconds) * 1000).toISOString().replace('.000', '');
    return { startTime: startTime.map(({ seconds }) => iso(seconds)) };
  }
});
