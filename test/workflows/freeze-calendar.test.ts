import { ApplicationFailure } from '@temporalio/common';
import type { RecordRunInput } from '../../activities/run/record-run';
import { WEEKDAYS } from '../../workflows/model/freeze-window';
import { describeWith } from '../support/requirements';
import { BACKUP, uniqueStack, WorkflowHarness } from '../support/workflow-harness';

/** Every day: whatever day the test runs on. */
const ALWAYS = {
  ...{ runbooks: ['backup' as const], days: WEEKDAYS, zone: 'UTC', reason: 'the disk is replaced' },
};

/** That the run has begun is what counts. */
const observeRepository = () =>
  Promise.reject(ApplicationFailure.nonRetryable('no further', 'CommandFailed', {}));

describeWith(['temporal'], 'a freeze of the calendar', () => {
  let harness: WorkflowHarness;
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());

  it('refuses what is asked for then, with its reason, and takes other runbooks', async () => {
    await harness.working({ observeRepository }, async () => {
      const stack = uniqueStack({ freeze: [ALWAYS] });
      await expect(harness.submit(stack, BACKUP)).rejects.toMatchObject({
        cause: {
          type: 'ResourceBusy',
          message: expect.stringContaining('is frozen: the disk is replaced') as string,
        },
      });
      const free = uniqueStack({ freeze: [{ ...ALWAYS, runbooks: ['deploy'] }] });
      expect(await harness.submit(free, BACKUP)).toMatchObject({ number: 1 });
    });
  });

  it('gives way to a reason, which goes to the audit record', async () => {
    const recorded = new Map<string, unknown>();
    const doubles = {
      observeRepository,
      recordRun: ({ run, entry }: RecordRunInput) => {
        recorded.set(run.id, entry);
        return Promise.resolve();
      },
    };
    const stack = uniqueStack({ freeze: [ALWAYS] });
    await harness.working(doubles, async () => {
      const { run } = await harness.submit(stack, BACKUP, undefined, {
        despiteFreeze: 'the only copy is on the old one',
      });
      await harness.client.workflow
        .getHandle(run)
        .result()
        .catch(() => undefined);
    });
    expect(recorded.get(`${stack.name}/1`)).toMatchObject({
      despiteFreeze: 'the only copy is on the old one',
    });
  });
});
