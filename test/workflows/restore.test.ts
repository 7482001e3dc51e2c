import type { RestoreOptions } from '../../workflows/model/options';
import type { InputOf } from '../../workflows/catalogue';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import { confirm, keptWorkflowId } from '../../workflows/messages';
import type { StackDescription } from '../../workflows/model/stack';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { describePart, describePostgresEntry } from '../support/descriptions';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { restoreDoubles } from '../support/restore-doubles';
import { uniqueStack, WorkflowHarness, type ActivityDoubles } from '../support/workflow-harness';

const PARTS = ['accounts', 'reports'].map((name) =>
  describePart({ name, entry: name, source: `${name}_db` }),
);
const PROTECT = PARTS.map(({ name, source }) => describePostgresEntry({ name, database: source }));

describeWith(['temporal'], 'the restore workflow', () => {
  let harness: WorkflowHarness;
  let calls: string[];
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());
  beforeEach(() => {
    calls = [];
  });

  function noted<Output>(call: string, output: Output): Promise<Output> {
    calls.push(call);
    return Promise.resolve(output);
  }

  const doubles = (change: ActivityDoubles = {}): ActivityDoubles => ({
    ...restoreDoubles(PARTS, calls),
    ...change,
  });

  async function start(stack: StackDescription, options: Partial<RestoreOptions> = {}) {
    const input: InputOf<'restore'> = {
      request: {
        runbook: 'restore',
        options: { point: { newest: true }, only: [], confirmation: stack.name, ...options },
        stack,
        requestedBy: 'anna',
        trigger: 'cli',
        pawlVersion: '0.0.0',
      },
      mode: 'apply',
      number: 7,
    };
    const workflowId = `${stack.name}/${randomUUID()}`;
    const args: [InputOf<'restore'>] = [input];
    return harness.client.workflow.start('restore', {
      workflowId,
      taskQueue: WORKFLOW_TASK_QUEUE,
      args,
    });
  }

  const failureOf = async (result: Promise<unknown>): Promise<unknown> => {
    const error: unknown = await result.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    return (error as WorkflowFailedError).cause;
  };

  const failing =
    (message: string, type = 'CommandFailed') =>
    () =>
      Promise.reject(ApplicationFailure.nonRetryable(message, type, {}));

  it('proves every part before it swaps the first', async () => {
    await harness.working(doubles(), async () => {
      const outcome: unknown = await (await start(uniqueStack({ protect: PROTECT }))).result();
      expect(outcome).toMatchObject({
        parts: [
          { name: 'accounts', keptAs: 'accounts_db_before_7', proved: 2 },
          { name: 'reports' },
        ],
      });
    });
    expect(calls).toEqual([
      'restore accounts',
      'prove accounts',
      'restore reports',
      'prove reports',
      'swap accounts',
      'swap reports',
      'record done',
    ]);
  });

  it('swaps nothing and clears up when a part is not what its manifest promises', async () => {
    const change = { provePart: failing('users has 2 rows instead of 3', 'VerificationFailed') };
    await harness.working(doubles(change), async () => {
      expect(
        await failureOf((await start(uniqueStack({ protect: PROTECT }))).result()),
      ).toMatchObject({
        type: 'VerificationFailed',
        details: [{ stateNow: 'What was there before is in place and untouched.' }],
      });
    });
    expect(calls).toEqual(['restore accounts', 'discard accounts', 'record failed']);
  });

  it('puts back in reverse what it had swapped when a later swap fails', async () => {
    const change: ActivityDoubles = {
      swapPart: ({ part }) =>
        part.name === 'accounts'
          ? noted('swap accounts', { kept: true })
          : failing('cannot rename')(),
    };
    await harness.working(doubles(change), async () => {
      await failureOf((await start(uniqueStack({ protect: PROTECT }))).result());
    });
    expect(calls.slice(4)).toEqual([
      'swap accounts',
      'swap back reports',
      'swap back accounts',
      'discard reports',
      'discard accounts',
      'record failed',
    ]);
  });

  it('says so when undoing fails too, names both failures, and undoes the rest all the same', async () => {
    const change = { swapPart: failing('cannot rename'), swapBackPart: failing('server on fire') };
    await harness.working(doubles(change), async () => {
      expect(
        await failureOf((await start(uniqueStack({ protect: PROTECT }))).result()),
      ).toMatchObject({
        type: 'CompensationFailed',
        message: expect.stringMatching(
          /cannot rename; and undoing it failed: .*server on fire/,
        ) as string,
        details: [{ stateNow: expect.stringMatching(/a person is needed/) as string }],
      });
    });
    expect(calls.slice(4)).toEqual(['discard reports', 'discard accounts', 'record failed']);
  });

  const copy = { confirmation: '', into: 'copy', only: ['accounts'] };
  const seen = (exists: boolean) => () =>
    Promise.resolve({ exists, bytes: 0, otherSessions: 0, version: '15.18' });

  it.each([
    ['in its place', { confirmation: 'another' }],
    ['over what came to exist --into since the plan was shown', copy],
  ])('restores nothing %s without the name of the stack', async (_what, options) => {
    await harness.working(doubles({ observeRestoreTarget: seen(true) }), async () => {
      const run = await start(uniqueStack({ protect: PROTECT }), options);
      expect(await failureOf(run.result())).toMatchObject({
        type: 'PreconditionFailed',
        details: [{ stateNow: 'Nothing was changed.' }],
      });
    });
    expect(calls).toEqual(['record failed']);
  });

  it.each([
    ['a free place without the name', false, copy],
    ['a place that is taken with it', true, { into: 'copy', only: ['accounts'] }],
  ])('restores into %s', async (_what, exists, options) => {
    const change: ActivityDoubles = {
      observeRestoreTarget: seen(exists),
      swapPart: () => Promise.resolve({ kept: exists }),
    };
    await harness.working(doubles(change), async () => {
      const run = await start(uniqueStack({ protect: PROTECT }), options);
      expect(await run.result()).toMatchObject({ parts: [{ into: 'copy' }] });
    });
  });

  it('puts back what appeared --into at the last moment', async () => {
    await harness.working(doubles({ observeRestoreTarget: seen(false) }), async () => {
      const run = await start(uniqueStack({ protect: PROTECT }), copy);
      expect(await failureOf(run.result())).toMatchObject({
        type: 'PreconditionFailed',
        message: expect.stringContaining('into copy was not confirmed') as string,
        details: [{ stateNow: 'What was there before is in place and untouched.' }],
      });
    });
    expect(calls.slice(2)).toEqual([
      'swap accounts',
      'swap back accounts',
      'discard accounts',
      'record failed',
    ]);
  });

  it('restores to where the stack file has a part now, not to where it was taken', async () => {
    const into: string[] = [];
    const change: ActivityDoubles = {
      swapPart: ({ target }) => {
        into.push(target.into);
        return Promise.resolve({ kept: true });
      },
    };
    const moved = [describePostgresEntry({ name: 'accounts', database: 'moved' })];
    await harness.working(doubles(change), async () => {
      const run = await start(uniqueStack({ protect: moved }), { only: ['accounts'] });
      expect(await run.result()).toMatchObject({ parts: [{ keptAs: 'moved_before_7' }] });
    });
    expect(into).toEqual(['moved']);
  });

  it('keeps what it replaced until somebody confirms', async () => {
    await harness.working(doubles(), async () => {
      const run = await start(uniqueStack({ protect: PROTECT }));
      await run.result();
      expect(calls).not.toContain('drop accounts_db_before_7');
      const kept = harness.client.workflow.getHandle(keptWorkflowId(run.workflowId));
      expect(await kept.executeUpdate(confirm, { args: [{ by: 'anna' }] })).toMatchObject({
        ...{ run: run.workflowId, confirmedBy: 'anna' },
        parts: [
          { name: 'accounts', keptAs: 'accounts_db_before_7', state: 'dropped' },
          { name: 'reports', keptAs: 'reports_db_before_7', state: 'dropped' },
        ],
      });
      expect(calls.slice(-2).sort()).toEqual([
        'drop accounts_db_before_7',
        'drop reports_db_before_7',
      ]);
      await kept.result();
    });
  });

  it('keeps what appeared in a place that was empty when it was planned', async () => {
    const change: ActivityDoubles = {
      observeRestoreTarget: () =>
        Promise.resolve({ exists: false, bytes: 0, otherSessions: 0, version: '15.18' }),
      swapPart: ({ part }) => noted(`swap ${part.name}`, { kept: part.name === 'accounts' }),
    };
    await harness.working(doubles(change), async () => {
      const run = await start(uniqueStack({ protect: PROTECT }));
      expect(await run.result()).toMatchObject({
        parts: [{ keptAs: 'accounts_db_before_7' }, { name: 'reports' }],
        keptUntil: expect.any(String) as string,
      });
      expect(calls.slice(-2)).toEqual(['drop reports_db_before_7', 'record done']);
      const kept = harness.client.workflow.getHandle(keptWorkflowId(run.workflowId));
      const { parts } = await kept.executeUpdate(confirm, { args: [{ by: 'anna' }] });
      expect(parts).toMatchObject([{ keptAs: 'accounts_db_before_7', state: 'dropped' }]);
    });
  });

  it.each([
    ['cancelled', (run: WorkflowHandle) => run.cancel()],
    ['terminated', (run: WorkflowHandle) => run.terminate()],
    ['unable to tidy up', failing('no such folder')],
  ])('has found a keeper for what it replaced when it is %s after the swap', async (_, happen) => {
    const change: ActivityDoubles = {
      observeRestoreTarget: ({ part }) => seen(part.name === 'accounts')(),
      swapPart: ({ part }) => Promise.resolve({ kept: part.name === 'accounts' }),
      discardKept: async ({ run, part }) => {
        if (part.name === 'reports') {
          await happen(harness.client.workflow.getHandle(run?.id ?? ''));
        } else {
          await noted(`drop ${part.name}`, undefined);
        }
      },
    };
    await harness.working(doubles(change), async () => {
      const run = await start(uniqueStack({ protect: PROTECT }));
      await run.result().catch((error: unknown) => {
        expect(error).toBeInstanceOf(WorkflowFailedError);
      });
      const kept = harness.client.workflow.getHandle(keptWorkflowId(run.workflowId));
      expect((await kept.describe()).status.name).toBe('RUNNING');
      await kept.executeUpdate(confirm, { args: [{ by: 'anna' }] });
      expect(calls).toContain('drop accounts');
    });
  });

  it('drops what it replaced by itself when the time for it is over', async () => {
    await harness.working(doubles(), async () => {
      const stack = uniqueStack({ protect: PROTECT, restore: { keepReplacedSeconds: 1 } });
      await (await start(stack)).result();
      await until(() => (calls.includes('drop reports_db_before_7') ? true : undefined));
    });
  });
});
