import type { InputOf } from '../../workflows/catalogue';
import {
  WorkflowFailedError,
  WorkflowUpdateFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import type { RecordRunInput } from '../../activities/run/record-run';
import { approve, progress, reject } from '../../workflows/messages';
import type { ApprovalPolicy, ApprovalState } from '../../workflows/model/approval';
import type { StackDescription } from '../../workflows/model/stack';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { describePart, describePoint, describeStoredPart } from '../support/descriptions';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { uniqueStack, WorkflowHarness, type ActivityDoubles } from '../support/workflow-harness';

const POLICY: ApprovalPolicy = {
  required: 1,
  from: ['anna', 'ben', 'carl'],
  expiresSeconds: 300,
  self: false,
};

describeWith(['temporal'], 'a run that people must approve', () => {
  let harness: WorkflowHarness;
  let calls: string[];
  let recorded: RecordRunInput['entry'][];
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());
  beforeEach(() => {
    calls = [];
    recorded = [];
  });

  function doubles(): ActivityDoubles {
    return {
      observeRepository: () => Promise.resolve({ state: 'ready', program: 'restic 0.19.1' }),
      observeEntry: ({ entry }) =>
        Promise.resolve({
          entry: entry.name,
          engine: entry.engine,
          version: 'PostgreSQL 15.18',
          parts: [{ part: describePart(), expectedBytes: 1 }],
          notes: ['Roles are saved without their passwords.'],
        }),
      backUpPart: ({ part }) => {
        calls.push(`back up ${part.name}`);
        return Promise.resolve(describeStoredPart(part));
      },
      storeManifest: ({ run, takenAt, parts }) => {
        calls.push('manifest');
        const made = { run: run.id, runKey: run.key, takenAt, parts: parts.length };
        return Promise.resolve(describePoint(made));
      },
      recordRun: ({ entry }) => {
        recorded.push(entry);
        return Promise.resolve();
      },
    };
  }

  function start(change: Partial<ApprovalPolicy> = {}, mode: InputOf<'backup'>['mode'] = 'apply') {
    return startOn(uniqueStack({ approvals: { backup: { ...POLICY, ...change } } }), mode);
  }

  function startOn(stack: StackDescription, mode: InputOf<'backup'>['mode'] = 'apply') {
    const input: InputOf<'backup'> = {
      request: {
        runbook: 'backup',
        options: { only: [], initialise: false },
        stack,
        requestedBy: 'anna@laptop',
        trigger: 'cli',
        pawlVersion: '0.0.0',
      },
      mode,
      number: 1,
    };
    return harness.client.workflow.start('backup', {
      workflowId: `${stack.name}/${randomUUID()}`,
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [input],
    });
  }

  function waiting(run: WorkflowHandle): Promise<ApprovalState> {
    return until(async () => {
      const { phase, approval } = await run.query(progress);
      return phase === 'approve' ? approval : undefined;
    });
  }

  /** What the run says to an approval: its new state, or why it is refused. */
  async function say(
    run: WorkflowHandle,
    verdict: typeof approve,
    answer: unknown,
  ): Promise<ApprovalState | string> {
    try {
      return await run.executeUpdate(verdict, { args: [answer as never] });
    } catch (error) {
      if (!(error instanceof WorkflowUpdateFailedError)) throw error;
      expect(error.cause).toMatchObject({ type: 'PreconditionFailed' });
      return error.cause?.message ?? '';
    }
  }

  async function approveAs(run: WorkflowHandle, by: string, change: object = {}) {
    const { planHash } = await waiting(run);
    return say(run, approve, { by, planHash, ...change });
  }

  const failureOf = async (result: Promise<unknown>): Promise<unknown> => {
    const error: unknown = await result.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    return (error as WorkflowFailedError).cause;
  };

  it('touches nothing before one of them has approved, and records who, what and why', async () => {
    await harness.working(doubles(), async () => {
      const run = await start();
      const asked = await waiting(run);
      expect(asked).toMatchObject({
        required: 1,
        from: ['anna', 'ben', 'carl'],
        requestedBy: 'anna@laptop',
        given: [],
        notes: ['Roles are saved without their passwords.'],
      });
      expect(Date.parse(asked.expiresAt) - Date.parse(asked.since)).toBe(300_000);
      expect(calls).toEqual([]);
      await approveAs(run, 'ben@workshop', { message: ' tested ' });
      expect(await run.result()).toMatchObject({ state: 'done' });
      const { approval, planHash } = await run.query(progress);
      expect(approval).toMatchObject({ planHash, given: [{ by: 'ben@workshop' }] });
      expect(recorded).toMatchObject([
        { outcome: 'done', planHash, approvals: [{ by: 'ben@workshop', message: 'tested' }] },
      ]);
      expect(recorded[0]).not.toHaveProperty('rejectedBy');
    });
    expect(calls).toEqual(['back up accounts', 'manifest']);
  });

  it('shows in Temporal who may answer, and what to send', async () => {
    await harness.working(doubles(), async () => {
      const run = await start();
      const { planHash } = await waiting(run);
      const { currentDetails } = await run.query<{ currentDetails: string }>(
        '__temporal_workflow_metadata',
      );
      expect(currentDetails).toContain('**Waits for approval** by ben, carl: 0 of 1 given');
      expect(currentDetails).toContain(`"planHash": "${planHash}"`);
      expect(currentDetails).toContain(`pawl approve ${run.workflowId}`);
      await run.cancel();
      await run.result().catch(() => undefined);
    });
  });

  it('waits for as many different people as are required', async () => {
    await harness.working(doubles(), async () => {
      const run = await start({ required: 2 });
      expect(await approveAs(run, 'ben@workshop')).toMatchObject({ given: [{}], required: 2 });
      expect(await approveAs(run, 'ben@laptop')).toMatch(/ben@workshop has approved .* already/);
      expect(calls).toEqual([]);
      expect(await approveAs(run, 'carl')).toMatchObject({ given: [{}, { by: 'carl' }] });
      expect(await run.result()).toMatchObject({ state: 'done' });
    });
    expect(recorded).toMatchObject([{ approvals: [{ by: 'ben@workshop' }, { by: 'carl' }] }]);
  });

  it('refuses who asked for it, who is not named, another plan and nonsense, without a trace', async () => {
    await harness.working(doubles(), async () => {
      const run = await start();
      expect(await approveAs(run, 'anna@laptop')).toMatch(/somebody else must answer/);
      expect(await approveAs(run, 'mallory')).toMatch(/not one of those who may answer/);
      expect(await approveAs(run, 'ben', { planHash: 'f'.repeat(64) })).toMatch(/the plan of/);
      expect(await say(run, approve, 'yes')).toMatch(/an answer is an object/);
      expect(await say(run, reject, await answerOf(run, 'ben'))).toMatch(/needs a reason/);
      expect((await waiting(run)).given).toEqual([]);
      const { events = [] } = await run.fetchHistory();
      expect(
        events?.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes),
      ).toEqual([]);
      await approveAs(run, 'ben');
      await run.result();
    });
  });

  async function answerOf(run: WorkflowHandle, by: string) {
    return { by, planHash: (await waiting(run)).planHash };
  }

  it('takes the approval of whoever asked where the stack file says so', async () => {
    await harness.working(doubles(), async () => {
      const run = await start({ self: true });
      await approveAs(run, 'anna@laptop');
      expect(await run.result()).toMatchObject({ state: 'done' });
    });
  });

  it('ends with nothing changed when it is rejected, though somebody had approved', async () => {
    await harness.working(doubles(), async () => {
      const run = await start({ required: 2 });
      const { planHash } = await waiting(run);
      await approveAs(run, 'ben');
      await say(run, reject, { by: 'carl', planHash, message: 'not on a Friday' });
      expect(await failureOf(run.result())).toMatchObject({
        type: 'PreconditionFailed',
        message: 'rejected by carl: not on a Friday',
        details: [{ stateNow: 'Nothing was changed.' }],
      });
      expect(recorded).toMatchObject([
        {
          outcome: 'failed',
          planHash,
          approvals: [{ by: 'ben' }],
          rejectedBy: { by: 'carl', message: 'not on a Friday' },
        },
      ]);
    });
    expect(calls).toEqual([]);
  });

  it('counts as rejected when nobody answers in time', async () => {
    await harness.working(doubles(), async () => {
      const run = await start({ expiresSeconds: 2 });
      const { planHash } = await waiting(run);
      expect(await failureOf(run.result())).toMatchObject({
        type: 'PreconditionFailed',
        message: 'not approved within 2s: 0 of 1 approvals came',
        details: [{ stateNow: 'Nothing was changed.' }],
      });
      expect(recorded).toMatchObject([{ outcome: 'failed', planHash }]);
      expect(recorded[0]).not.toHaveProperty('approvals');
    });
    expect(calls).toEqual([]);
  });

  it('keeps an approval when every worker is replaced while it waits for the next', async () => {
    let run: WorkflowHandle | undefined;
    await harness.working(doubles(), async () => {
      run = await start({ required: 2 });
      await approveAs(run, 'ben');
    });
    await harness.working(doubles(), async () => {
      if (run === undefined) throw new Error('nothing was started');
      expect((await waiting(run)).given).toMatchObject([{ by: 'ben' }]);
      await approveAs(run, 'carl');
      expect(await run.result()).toMatchObject({ state: 'done' });
    });
    expect(calls).toEqual(['back up accounts', 'manifest']);
  });

  it('refuses an approval that comes too late, though no worker was there when its time passed', async () => {
    const { run, planHash } = await harness.working(doubles(), async () => {
      const begun = await start({ expiresSeconds: 3 });
      return { run: begun, ...(await waiting(begun)) };
    });
    await until(() => timerHasFired(run));
    const late = say(run, approve, { by: 'ben', planHash });
    await harness.working(doubles(), async () => {
      expect(await late).toMatch(/can no longer be answered/);
      expect(await failureOf(run.result())).toMatchObject({
        message: expect.stringMatching(/not approved within 3s/) as string,
      });
    });
    expect(calls).toEqual([]);
  });

  async function timerHasFired(run: WorkflowHandle): Promise<true | undefined> {
    const { events } = await run.fetchHistory();
    return events?.some((event) => event.timerFiredEventAttributes) ? true : undefined;
  }

  it('can be cancelled while it waits', async () => {
    await harness.working(doubles(), async () => {
      const run = await start();
      await waiting(run);
      await run.cancel();
      const error: unknown = await run.result().catch((reason: unknown) => reason);
      expect((error as WorkflowFailedError).cause?.name).toBe('CancelledFailure');
      expect(recorded).toMatchObject([{ outcome: 'cancelled' }]);
    });
    expect(calls).toEqual([]);
  });

  it('fails at once when whoever asks could never get enough approvals', async () => {
    await harness.working(doubles(), async () => {
      const run = await start({ required: 2, from: ['anna', 'ben'] });
      expect(await failureOf(run.result())).toMatchObject({
        type: 'PreconditionFailed',
        message: expect.stringMatching(/only ben may approve it/) as string,
      });
    });
    expect(calls).toEqual([]);
  });

  it('shows its plan without asking anybody', async () => {
    await harness.working(doubles(), async () => {
      const run = await start({}, 'plan');
      expect(await run.result()).toMatchObject({ state: 'planned' });
    });
  });

  it('waits for nobody where the stack file names other runbooks only', async () => {
    await harness.working(doubles(), async () => {
      const run = await startOn(uniqueStack({ approvals: { deploy: POLICY } }));
      expect(await run.result()).toMatchObject({ state: 'done' });
      expect(await run.query(progress)).not.toHaveProperty('approval');
    });
  });
});
