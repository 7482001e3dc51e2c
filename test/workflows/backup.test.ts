import type { InputOf } from '../../workflows/catalogue';
import { Context, heartbeat } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import { progress } from '../../workflows/messages';
import type { StackDescription } from '../../workflows/model/stack';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import {
  describePart,
  describePoint,
  describePostgresEntry,
  describeStoredPart,
} from '../support/descriptions';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import {
  gate,
  uniqueStack,
  WorkflowHarness,
  type ActivityDoubles,
} from '../support/workflow-harness';

const TWO_PARTS = [describePostgresEntry(), describePostgresEntry({ name: 'reports' })];

describeWith(['temporal'], 'the backup workflow', () => {
  let harness: WorkflowHarness;
  let calls: string[];
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());
  beforeEach(() => {
    calls = [];
  });

  function doubles(change: ActivityDoubles = {}): ActivityDoubles {
    return {
      observeRepository: () => Promise.resolve({ state: 'ready', program: 'restic 0.19.1' }),
      initialiseRepository: () => noted('initialise'),
      observeEntry: ({ entry }) => {
        const part = describePart({ name: entry.name, entry: entry.name });
        return Promise.resolve({
          entry: entry.name,
          engine: entry.engine,
          version: 'PostgreSQL 15.18',
          parts: [{ part, expectedBytes: 1 }],
          notes: [],
        });
      },
      backUpPart: async ({ part }) => {
        await noted(`back up ${part.name}`);
        return describeStoredPart(part);
      },
      storeManifest: async ({ run, takenAt, parts }) => {
        await noted(`manifest of ${parts.length}`);
        return describePoint({ run: run.id, runKey: run.key, takenAt, parts: parts.length });
      },
      recordRun: ({ entry }) => noted(`record ${entry.outcome}`),
      ...change,
    };
  }

  function noted(call: string): Promise<void> {
    calls.push(call);
    return Promise.resolve();
  }

  function start(stack: StackDescription, change: Partial<InputOf<'backup'>> = {}) {
    const input: InputOf<'backup'> = {
      request: {
        runbook: 'backup',
        options: { only: [], initialise: false },
        stack,
        requestedBy: 'anna',
        trigger: 'cli',
        pawlVersion: '0.0.0',
      },
      mode: 'apply',
      number: 1,
      ...change,
    };
    return harness.client.workflow.start('backup', {
      workflowId: `${stack.name}/${randomUUID()}`,
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [input],
    });
  }

  const failureOf = async (result: Promise<unknown>): Promise<unknown> => {
    const error: unknown = await result.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    return (error as WorkflowFailedError).cause;
  };

  it('stores the manifest after every part, and records last', async () => {
    const stack = uniqueStack({ protect: TWO_PARTS });
    await harness.working(doubles(), async () => {
      const outcome: unknown = await (await start(stack)).result();
      expect(outcome).toMatchObject({ state: 'done', point: { id: 'aaaa1111' }, skipped: [] });
    });
    expect(calls.slice(0, 2).sort()).toEqual(['back up accounts', 'back up reports']);
    expect(calls.slice(2)).toEqual(['manifest of 2', 'record done']);
  });

  it('touches and records nothing when it is asked for its plan', async () => {
    await harness.working(doubles(), async () => {
      const outcome: unknown = await (
        await start(uniqueStack(), { mode: 'plan', number: 0 })
      ).result();
      expect(outcome).toMatchObject({
        state: 'planned',
        plan: {
          hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
          steps: [{ id: 'back-up:accounts' }, {}, {}],
        },
      });
    });
    expect(calls).toEqual([]);
  });

  it('makes no manifest when a part fails, and says what state things are in', async () => {
    const failing = doubles({
      backUpPart: ({ part }) => {
        if (part.name === 'accounts') return Promise.resolve(describeStoredPart(part));
        const details = { evidence: { advice: 'look at the server' } };
        return Promise.reject(
          ApplicationFailure.nonRetryable('pg_dump exited with 1', 'CommandFailed', details),
        );
      },
    });
    await harness.working(failing, async () => {
      const run = await start(uniqueStack({ protect: TWO_PARTS }));
      expect(await failureOf(run.result())).toMatchObject({
        type: 'CommandFailed',
        message: 'back up reports: pg_dump exited with 1',
        details: [
          {
            evidence: { advice: 'look at the server' },
            stateNow: expect.stringMatching(/No recovery point was made/) as string,
            progress: {
              steps: expect.arrayContaining([
                expect.objectContaining({ id: 'back-up:reports', state: 'failed' }),
              ]) as [],
            },
          },
        ],
      });
    });
    expect(calls).toEqual(['record failed']);
  });

  it('names the part that failed, not the one that was cancelled for it', async () => {
    const stack = uniqueStack({ protect: TWO_PARTS });
    const failing = doubles({
      backUpPart: async ({ part }) => {
        if (part.name === 'reports') {
          throw ApplicationFailure.nonRetryable('pg_dump exited with 1', 'CommandFailed', {});
        }
        const { cancelled } = Context.current();
        const beat = setInterval(heartbeat, 50);
        return cancelled.finally(() => {
          clearInterval(beat);
        });
      },
    });
    await harness.working(failing, async () => {
      expect(await failureOf((await start(stack)).result())).toMatchObject({
        message: 'back up reports: pg_dump exited with 1',
      });
    });
  });

  it('names the part whose failure it tells, when another failed for a reason of its own after it', async () => {
    const stack = uniqueStack({ protect: TWO_PARTS });
    const failing = doubles({
      backUpPart: async ({ part }) => {
        if (part.name !== 'reports') {
          const { cancelled } = Context.current();
          const beat = setInterval(heartbeat, 50);
          await cancelled
            .catch(() => undefined)
            .finally(() => {
              clearInterval(beat);
            });
        }
        throw ApplicationFailure.nonRetryable(`no right to read ${part.name}`, 'CommandFailed', {});
      },
    });
    await harness.working(failing, async () => {
      expect(await failureOf((await start(stack)).result())).toMatchObject({
        message: 'back up reports: no right to read reports',
      });
    });
  });

  it('refuses to begin without a repository, and creates it when told to', async () => {
    const absent = doubles({
      observeRepository: () => Promise.resolve({ state: 'absent', program: 'restic 0.19.1' }),
    });
    await harness.working(absent, async () => {
      const stack = uniqueStack();
      const refused = await failureOf((await start(stack)).result());
      expect(refused).toMatchObject({
        type: 'PreconditionFailed',
        details: [
          {
            evidence: { advice: expect.stringMatching(/--init/) as string },
            stateNow: 'Nothing was changed.',
          },
        ],
      });
      const willing = uniqueStack({ repository: { ...stack.repository, initialise: true } });
      await (await start(willing)).result();
    });
    expect(calls).toEqual([
      'record failed',
      'initialise',
      'back up accounts',
      'manifest of 1',
      'record done',
    ]);
  });

  it('ends as cancelled when it is cancelled, and records that', async () => {
    const waiting = gate();
    const slow = doubles({
      backUpPart: async ({ part }) => {
        await waiting.opened;
        return describeStoredPart(part);
      },
    });
    await harness.working(slow, async () => {
      const run = await start(uniqueStack());
      await until(async () => {
        const { phase } = await run.query(progress);
        return phase === 'apply' ? true : undefined;
      });
      await run.cancel();
      waiting.open();
      expect(await failureOf(run.result())).toBeInstanceOf(CancelledFailure);
    });
    expect(calls).toEqual(['record cancelled']);
  });

  it('fails, and shows that, when its end cannot be recorded, and says what is stored all the same', async () => {
    const broken = doubles({
      recordRun: () =>
        Promise.reject(ApplicationFailure.nonRetryable('the chain is broken', 'InternalError')),
    });
    await harness.working(broken, async () => {
      const run = await start(uniqueStack());
      expect(await failureOf(run.result())).toMatchObject({
        message: 'write the audit record: the chain is broken',
        details: [{ stateNow: 'Recovery point aaaa1111 is stored and whole.' }],
      });
      expect(await run.query(progress)).toMatchObject({ phase: 'ended' });
    });
  });

  it('fails when its deadline passes, however patient its steps are', async () => {
    const stack = uniqueStack({
      limits: { heartbeatSeconds: 5, stallSeconds: 60, deadlineSeconds: 2 },
    });
    const away = doubles({
      backUpPart: () =>
        Promise.reject(ApplicationFailure.retryable('the server is away', 'ServiceUnavailable')),
    });
    await harness.working(away, async () => {
      expect(await failureOf((await start(stack)).result())).toMatchObject({
        type: 'ServiceUnavailable',
      });
    });
    expect(calls).toEqual(['record failed']);
  });
});
