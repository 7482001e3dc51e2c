import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { createAuditRecord } from '../../activities/adapters/state-directory/create-audit-record';
import { createFreezes } from '../../activities/adapters/state-directory/create-freezes';
import { highestRecordedRun } from '../../activities/run/highest-recorded-run';
import type { HostActivities } from '../../activities';
import type { RunDirectory } from '../../activities/ports/run-directory';
import type { SecretResolver } from '../../activities/ports/secret-resolver';
import { recordFreeze } from '../../activities/run/record-freeze';
import { recordedFreeze } from '../../activities/run/recorded-freeze';
import { asClientError } from '../../client/temporal/errors';
import { createRunDirectory } from '../../worker/run-directory';
import { freeze, queue, stackWorkflowId, unfreeze, withdraw } from '../../workflows/messages';
import type { QueueState } from '../../workflows/model/queue';
import { WORKFLOW_TASK_QUEUE, type StackDescription } from '../../workflows/model/stack';
import { describePart, describePoint, describeStoredPart } from '../support/descriptions';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import {
  BACKUP,
  gate,
  restoreOf,
  uniqueStack,
  WorkflowHarness,
  type ActivityDoubles,
} from '../support/workflow-harness';

/** A backup that is done when `opened` is, and a restore that ends at once (there is no recovery point). */
function doubles(opened: Promise<void> = Promise.resolve()): ActivityDoubles {
  return {
    observeRepository: () => Promise.resolve({ state: 'ready', program: 'restic 0.19.1' }),
    observeEntry: ({ entry }) =>
      Promise.resolve({
        entry: entry.name,
        engine: entry.engine,
        version: 'PostgreSQL 15.18',
        parts: [{ part: describePart(), expectedBytes: 1 }],
        notes: [],
      }),
    backUpPart: async ({ part }) => {
      await opened;
      return describeStoredPart(part);
    },
    storeManifest: ({ run, takenAt }) =>
      Promise.resolve(describePoint({ run: run.id, runKey: run.key, takenAt })),
    findRecoveryPoint: () =>
      Promise.reject(
        ApplicationFailure.nonRetryable('no recovery point here', 'PreconditionFailed'),
      ),
  };
}

describeWith(['temporal'], 'the stack workflow', () => {
  let harness: WorkflowHarness;
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());

  const handle = (stack: StackDescription) =>
    harness.client.workflow.getHandle(stackWorkflowId(stack.name));
  const look = (stack: StackDescription): Promise<QueueState> => handle(stack).query(queue);
  const idle = (stack: StackDescription): Promise<QueueState> =>
    until(async () => {
      const state = await look(stack);
      return state.running.length + state.waiting.length === 0 ? state : undefined;
    });
  const running = async (stack: StackDescription): Promise<number[]> =>
    (await look(stack)).running.map((run) => run.number);

  it('numbers runs as they come and lets shared ones run beside each other', async () => {
    const stack = uniqueStack();
    const dump = gate();
    await harness.working(doubles(dump.opened), async () => {
      expect(await harness.submit(stack, BACKUP)).toEqual({
        run: `${stack.name}/1`,
        number: 1,
        behind: [],
      });
      expect(await harness.submit(stack, BACKUP)).toMatchObject({ number: 2, behind: [] });
      await until(async () => ((await running(stack)).length === 2 ? true : undefined));
      dump.open();
      const { ended } = await idle(stack);
      expect(ended.map(({ number, outcome }) => [number, outcome]).sort()).toEqual([
        [1, 'done'],
        [2, 'done'],
      ]);
    });
  });

  it('makes an exclusive run wait for those before it, and everything after wait for it', async () => {
    const stack = uniqueStack();
    const dump = gate();
    await harness.working(doubles(dump.opened), async () => {
      await harness.submit(stack, BACKUP);
      expect(await harness.submit(stack, restoreOf(stack))).toMatchObject({
        behind: [`${stack.name}/1`],
      });
      expect(await harness.submit(stack, BACKUP)).toMatchObject({
        behind: [`${stack.name}/1`, `${stack.name}/2`],
      });
      expect(await running(stack)).toEqual([1]);
      dump.open();
      const { ended } = await idle(stack);
      expect(ended.map(({ number }) => number)).toEqual([3, 2, 1]);
    });
  });

  it('does not start a run that is withdrawn while those before it are being started', async () => {
    const stack = uniqueStack();
    const restoring = gate();
    const change: ActivityDoubles = {
      findRecoveryPoint: async () => {
        await restoring.opened;
        throw ApplicationFailure.nonRetryable('no recovery point here', 'PreconditionFailed');
      },
    };
    const last = 12;
    await harness.working({ ...doubles(), ...change }, async () => {
      await harness.submit(stack, restoreOf(stack));
      for (let number = 2; number <= last; number += 1) await harness.submit(stack, BACKUP);
      restoring.open();
      await until(async () => ((await running(stack)).includes(2) ? true : undefined));
      const args: [{ number: number; by: string }] = [{ number: last, by: 'anna' }];
      expect(await handle(stack).executeUpdate(withdraw, { args })).toBe(true);
      const { ended } = await idle(stack);
      const ends = ended.filter(({ number }) => number === last);
      expect(ends.map(({ outcome }) => outcome)).not.toContain('done');
      const run = harness.client.workflow.getHandle(`${stack.name}/${last}`);
      await expect(run.describe()).rejects.toThrow(WorkflowNotFoundError);
    });
  });

  it('gives a request that is sent twice one number', async () => {
    const stack = uniqueStack();
    const dump = gate();
    await harness.working(doubles(dump.opened), async () => {
      const first = await harness.submit(stack, BACKUP, 'the-same-request');
      expect(await harness.submit(stack, BACKUP, 'the-same-request')).toMatchObject({
        number: first.number,
      });
      dump.open();
      expect((await idle(stack)).ended).toHaveLength(1);
    });
  });

  it('admits nothing while it is frozen, says why, and leaves no trace of what it refused', async () => {
    const stack = uniqueStack();
    await harness.working(doubles(), async () => {
      await harness.submit(stack, BACKUP);
      await idle(stack);
      await handle(stack).executeUpdate(freeze, { args: [{ message: 'new disk', by: 'anna' }] });
      const before = (await handle(stack).describe()).historyLength;
      const refused = await harness.submit(stack, BACKUP).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(WorkflowUpdateFailedError);
      expect((refused as Error).cause).toMatchObject({
        type: 'ResourceBusy',
        message: expect.stringMatching(/frozen by anna since .*: new disk/) as string,
      });
      expect((await handle(stack).describe()).historyLength).toBeLessThanOrEqual(before + 3);
      expect(await handle(stack).executeUpdate(unfreeze, { args: [{ by: 'anna' }] })).toBe(true);
      expect(await harness.submit(stack, BACKUP)).toMatchObject({ number: 2 });
      await idle(stack);
    });
  });

  describe('on a host that keeps freezes', () => {
    let directory: string;
    let kept: Pick<HostActivities, 'recordFreeze' | 'recordedFreeze'>;

    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'pawl-freezes-'));
      const secrets = { redact: (text: string) => text } as SecretResolver;
      const ports = { freezes: createFreezes(directory), secrets };
      kept = { recordFreeze: recordFreeze(ports), recordedFreeze: recordedFreeze(ports) };
    });

    afterEach(() => rm(directory, { recursive: true }));

    it('stays frozen when Temporal has lost the stack, until somebody ends it', async () => {
      const stack = uniqueStack();
      await harness.working({ ...doubles(), ...kept }, async () => {
        await harness.submit(stack, BACKUP);
        await idle(stack);
        const set = await handle(stack).executeUpdate(freeze, {
          args: [{ message: 'new disk', by: 'anna' }],
        });
        await handle(stack).terminate('lost');
        await expect(harness.submit(stack, BACKUP)).rejects.toMatchObject({
          cause: {
            type: 'ResourceBusy',
            message: `${stack.name} is frozen by anna since ${set.since}: new disk`,
          },
        });
        expect((await look(stack)).freeze).toEqual(set);

        await handle(stack).terminate('lost again');
        expect(await unfreezeLost(stack)).toBe(true);
        await handle(stack).terminate('and again');
        expect(await harness.submit(stack, BACKUP)).toMatchObject({ number: 2 });
        await idle(stack);
      });
    });

    it('says that the freeze holds and is not on record when the host cannot write', async () => {
      const stack = uniqueStack();
      await harness.working({ ...doubles(), ...kept }, async () => {
        await harness.submit(stack, BACKUP);
        await idle(stack);
        await writeFile(join(directory, 'freezes'), 'a file where the folder should be');
        const set = handle(stack).executeUpdate(freeze, { args: [{ message: 'm', by: 'anna' }] });
        const message = expect.stringMatching(
          /is frozen, but host local did not record it/,
        ) as string;
        await expect(set).rejects.toMatchObject({ cause: { type: 'CommandFailed', message } });
        expect((await look(stack)).freeze).toMatchObject({ message: 'm' });
      });
    });
  });

  /** As the client does, when there is no stack workflow. */
  const unfreezeLost = (stack: StackDescription): Promise<boolean> =>
    harness.client.workflow.executeUpdateWithStart(unfreeze, {
      args: [{ by: 'anna' }],
      startWorkflowOperation: new WithStartWorkflowOperation('stack', {
        ...{ workflowId: stackWorkflowId(stack.name), taskQueue: WORKFLOW_TASK_QUEUE },
        ...{
          args: [{ stack: stack.name, host: stack.host }],
          workflowIdConflictPolicy: 'USE_EXISTING',
        },
      }),
    });

  it('takes a waiting run out of the queue, and says that a running one is not waiting', async () => {
    const stack = uniqueStack();
    const dump = gate();
    await harness.working(doubles(dump.opened), async () => {
      await harness.submit(stack, BACKUP);
      await harness.submit(stack, restoreOf(stack));
      const take = (number: number): Promise<boolean> =>
        handle(stack).executeUpdate(withdraw, { args: [{ number, by: 'ben' }] });
      expect(await take(2)).toBe(true);
      expect(await take(1)).toBe(false);
      dump.open();
      expect((await idle(stack)).ended.map(({ outcome }) => outcome).sort()).toEqual([
        'cancelled',
        'done',
      ]);
    });
  });

  it('frees the place of a run that was terminated from outside', async () => {
    const stack = uniqueStack();
    const dump = gate();
    await harness.working(doubles(dump.opened), async () => {
      await harness.submit(stack, BACKUP);
      await until(async () => ((await running(stack)).length === 1 ? true : undefined));
      await until(() =>
        harness.client.workflow
          .getHandle(`${stack.name}/1`)
          .describe()
          .catch(() => undefined),
      );
      await harness.client.workflow.getHandle(`${stack.name}/1`).terminate('by the test');
      expect((await idle(stack)).ended).toMatchObject([{ number: 1, outcome: 'terminated' }]);
      dump.open();
    });
  });

  it('adopts what runs when it was lost: exclusion is kept and numbers go on', async () => {
    const stack = uniqueStack();
    const dump = gate();
    await harness.working(doubles(dump.opened), async () => {
      await harness.submit(stack, BACKUP);
      await until(() =>
        harness.client.workflow
          .getHandle(`${stack.name}/1`)
          .describe()
          .catch(() => undefined),
      );
      await handle(stack).terminate('lost');
      const next = await harness.submit(stack, restoreOf(stack));
      expect(next).toEqual({ run: `${stack.name}/2`, number: 2, behind: [`${stack.name}/1`] });
      expect(await running(stack)).toEqual([1]);
      dump.open();
      const { ended } = await idle(stack);
      expect(ended.map(({ number, outcome }) => [number, outcome])).toEqual([
        [2, 'failed'],
        [1, 'done'],
      ]);
    });
  });

  it('starts nothing under the number of a run that it did not know, and adopts that run then', async () => {
    const stack = uniqueStack();
    const dump = gate();
    const runs = createRunDirectory(harness.client);
    const nothing = { open: [], highest: 0 };
    const answers = [nothing, nothing];
    const forgetful: RunDirectory = {
      ...runs,
      find: (...query) => Promise.resolve(answers.pop() ?? runs.find(...query)),
    };
    const body = async (): Promise<void> => {
      await harness.submit(stack, BACKUP);
      await until(() =>
        harness.client.workflow
          .getHandle(`${stack.name}/1`)
          .describe()
          .catch(() => undefined),
      );
      await handle(stack).terminate('lost');
      expect(await harness.submit(stack, restoreOf(stack))).toMatchObject({ number: 1 });
      const { ended } = await until(async () => {
        const state = await look(stack);
        return state.ended.length === 1 && state.running.length === 1 ? state : undefined;
      });
      const summary = 'could not be started: an older run has its number; ask again';
      expect(ended).toMatchObject([{ number: 1, outcome: 'failed', summary }]);
      const again = await harness.submit(stack, restoreOf(stack));
      expect(again).toMatchObject({ number: 2, behind: [`${stack.name}/1`] });
      dump.open();
      await idle(stack);
    };
    await harness.working(doubles(dump.opened), body, forgetful);
  });

  it('tells who submits that the audit record is broken, and numbers on once that is mended', async () => {
    const stack = uniqueStack();
    const directory = await mkdtemp(join(tmpdir(), 'pawl-broken-audit-'));
    const file = join(directory, 'audit', `${stack.name}.jsonl`);
    await mkdir(dirname(file));
    await writeFile(file, 'garbage\n');
    const audit = createAuditRecord(directory);
    const secrets = { redact: (text: string) => text } as SecretResolver;
    const real = { highestRecordedRun: highestRecordedRun({ audit, secrets }) };
    await harness.working({ ...doubles(), ...real }, async () => {
      const submissions = [harness.submit(stack, BACKUP), harness.submit(stack, BACKUP)];
      for (const refused of await Promise.allSettled(submissions)) {
        const reason: unknown = refused.status === 'rejected' && refused.reason;
        expect(asClientError(reason, { address: '', namespace: '' })).toMatchObject({
          exitCode: 1,
          reason: 'InternalError',
          message: expect.stringContaining(`${file}:1: `) as string,
          advice: expect.stringMatching(/Put a good copy of the file in its place/) as string,
        });
      }
      await handle(stack).executeUpdate(freeze, { args: [{ message: 'm', by: 'anna' }] });
      await rm(file);
      await handle(stack).executeUpdate(unfreeze, { args: [{ by: 'anna' }] });
      expect(await harness.submit(stack, BACKUP)).toMatchObject({ number: 1 });
      await idle(stack);
    });
    await rm(directory, { recursive: true });
  });

  it('goes on from the highest number in the audit record when Temporal has forgotten all', async () => {
    const stack = uniqueStack();
    await harness.working(
      { ...doubles(), highestRecordedRun: () => Promise.resolve(41) },
      async () => {
        expect(await harness.submit(stack, BACKUP)).toMatchObject({ number: 42 });
        await idle(stack);
      },
    );
  });

  it('continues as new when it is idle and its history is long, with its numbers and its freeze', async () => {
    const stack = uniqueStack();
    await harness.working(doubles(), async () => {
      await harness.submit(stack, BACKUP);
      const first = (await handle(stack).describe()).runId;
      for (let round = 0; round < 120; round += 1) {
        await handle(stack).executeUpdate(freeze, { args: [{ message: 'm', by: 'anna' }] });
        await handle(stack).executeUpdate(unfreeze, { args: [{ by: 'anna' }] });
      }
      await until(
        async () => ((await handle(stack).describe()).runId === first ? undefined : true),
        60,
      );
      expect(await harness.submit(stack, BACKUP)).toMatchObject({ number: 2 });
      await idle(stack);
    });
  });
});
