import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { RecordRunInput } from '../../activities/run/record-run';
import { progress, resolve } from '../../workflows/messages';
import type { HeldStep, HoldAnswer } from '../../workflows/model/hold';
import { describePart, describePoint, describeStoredPart } from '../support/descriptions';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import {
  BACKUP,
  uniqueStack,
  WorkflowHarness,
  type ActivityDoubles,
} from '../support/workflow-harness';

describeWith(['temporal'], 'a run that holds what has failed', () => {
  let harness: WorkflowHarness;
  let isFull: boolean;
  const recorded = new Map<string, RecordRunInput['entry']>();
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());
  beforeEach(() => {
    isFull = true;
  });

  /** Two parts; neither can be stored while the disk is full. */
  const doubles: ActivityDoubles = {
    observeRepository: () => Promise.resolve({ state: 'ready', program: 'restic 0.19.1' }),
    observeEntry: ({ entry }) =>
      Promise.resolve({
        ...{ entry: entry.name, engine: entry.engine, version: 'PostgreSQL 15.18', notes: [] },
        parts: ['a', 'b'].map((name) => ({ part: describePart({ name }), expectedBytes: 1 })),
      }),
    backUpPart: ({ part }) =>
      isFull
        ? Promise.reject(ApplicationFailure.nonRetryable('the disk is full', 'CommandFailed', {}))
        : Promise.resolve(describeStoredPart(part)),
    storeManifest: ({ run, takenAt, parts }) =>
      Promise.resolve(
        describePoint({ run: run.id, runKey: run.key, takenAt, parts: parts.length }),
      ),
    recordRun: ({ run, entry }) => {
      recorded.set(run.id, entry);
      return Promise.resolve();
    },
  };

  async function start(): Promise<WorkflowHandle> {
    const { run } = await harness.submit(uniqueStack(), BACKUP, undefined, { hold: true });
    const handle = harness.client.workflow.getHandle(run);
    // The stack starts it after it has given it its number.
    await until(() => handle.describe().catch(() => undefined));
    return handle;
  }

  const held = (run: WorkflowHandle, count: number): Promise<readonly HeldStep[]> =>
    until(async () => {
      const { phase, held: steps = [] } = await run.query(progress);
      return phase === 'hold' && steps.length === count ? steps : undefined;
    });

  const say = (run: WorkflowHandle, answer: HoldAnswer) =>
    run.executeUpdate(resolve, { args: [answer] });

  const refused = (run: WorkflowHandle, answer: HoldAnswer): Promise<string> =>
    say(run, answer).then(
      () => 'taken',
      (error: unknown) => {
        if (!(error instanceof WorkflowUpdateFailedError)) throw error;
        return error.cause?.message ?? '';
      },
    );

  it('waits over the death of its workers, and is done when what was wrong is mended', async () => {
    let run = await harness.working(doubles, async () => {
      const begun = await start();
      await held(begun, 2);
      return begun;
    });
    isFull = false;
    await harness.working(doubles, async () => {
      run = harness.client.workflow.getHandle(run.workflowId);
      const steps = await held(run, 2);
      expect(steps.map(({ failure }) => failure)).toEqual(['the disk is full', 'the disk is full']);
      expect(await refused(run, { by: 'anna', way: 'retry' })).toMatch(/holds 2 steps/);
      const [one, two] = steps.map(({ step }) => step) as [string, string];
      const skip = { by: 'anna', way: 'skip', step: one, message: 'why not' } as const;
      expect(await refused(run, skip)).toMatch(/cannot be skipped/);
      await say(run, { by: 'anna', way: 'retry', step: one, message: 'a larger disk' });
      await held(run, 1);
      await say(run, { by: 'ben', way: 'retry', step: two });
      expect(await run.result()).toMatchObject({ state: 'done', parts: [{}, {}] });
    });
    expect(recorded.get(run.workflowId)?.holds).toMatchObject([
      { way: 'retry', by: 'anna', message: 'a larger disk', failure: 'the disk is full' },
      { way: 'retry', by: 'ben' },
    ]);
  });

  it('is held again when it fails again, and fails with the reason when it is given up', async () => {
    await harness.working(doubles, async () => {
      const run = await start();
      const [first] = await held(run, 2);
      await say(run, { by: 'anna', way: 'retry', step: first?.step ?? '' });
      const [, again] = await held(run, 2);
      expect(again?.step).toBe(first?.step);
      await say(run, { by: 'anna', way: 'abort', step: first?.step ?? '' });
      await expect(run.result()).rejects.toMatchObject({
        cause: { message: expect.stringContaining('the disk is full') as string },
      });
      expect(await refused(run, { by: 'anna', way: 'retry' }).catch(() => 'over')).toBe('over');
    });
  });

  it('can be cancelled while it is held', async () => {
    await harness.working(doubles, async () => {
      const run = await start();
      await held(run, 2);
      await run.cancel();
      await expect(run.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
      expect((await run.query(progress)).held).toBeUndefined();
    });
  });
});
