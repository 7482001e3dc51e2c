import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { HostActivities } from '../../activities';
import { copyNow, copyTrouble, copyWorkflowId } from '../../workflows/messages';
import type { CopyInput, CopyOutcome } from '../../workflows/model/copy';
import { WORKFLOW_TASK_QUEUE, type StackDescription } from '../../workflows/model/stack';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { BACKUP, gate, uniqueStack, WorkflowHarness } from '../support/workflow-harness';
import { HISTORY_DOUBLES } from '../histories/doubles';
import { untilCancelled } from '../histories/scenarios';

const NOTHING: CopyOutcome = { copy: 'offsite', copied: [], skipped: [] };

describeWith(['temporal'], 'the keeper of a copy', () => {
  let harness: WorkflowHarness;
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());

  function stackWithCopy(url = '/mnt/offsite'): StackDescription {
    const stack = uniqueStack();
    return { ...stack, copies: [{ ...stack.repository, name: 'offsite', url }] };
  }

  /** As `pawl copy` does. */
  const wake = (stack: StackDescription): Promise<WorkflowHandle> => {
    const input: CopyInput = { stack, copy: 'offsite' };
    return harness.client.workflow.signalWithStart('copy', {
      workflowId: copyWorkflowId(stack.name, 'offsite'),
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [input],
      signal: copyNow,
      signalArgs: [input],
    });
  };
  const copying = (copyPoints: HostActivities['copyPoints'], body: () => Promise<void>) =>
    harness.working({ ...HISTORY_DOUBLES, copyPoints }, body);

  it('is woken by each point that is stored, while the run that stored it ends', async () => {
    const door = gate();
    let tries = 0;
    const copyPoints: HostActivities['copyPoints'] = async () => {
      tries += 1;
      await door.opened;
      return NOTHING;
    };
    const stack = stackWithCopy();
    await copying(copyPoints, async () => {
      for (let point = 1; point <= 2; point += 1) {
        const { run } = await harness.submit(stack, BACKUP);
        const handle = harness.client.workflow.getHandle(run);
        await until(() => handle.describe().catch(() => undefined));
        await handle.result();
      }
      await until(() => (tries === 1 ? true : undefined));
      door.open();
      const keeper = harness.client.workflow.getHandle(copyWorkflowId(stack.name, 'offsite'));
      expect(await keeper.result()).toEqual(NOTHING);
    });
    // The second point came while the first was copied: it was looked again.
    expect(tries).toBe(2);
  });

  it('tells why it failed, and goes on at once when it is woken', async () => {
    let mended = false;
    const copyPoints: HostActivities['copyPoints'] = () =>
      mended
        ? Promise.resolve({ ...NOTHING, copied: ['aaaa1111'] })
        : Promise.reject(
            ApplicationFailure.create({
              ...{ message: 'the line is cut', type: 'ServiceUnavailable', nextRetryDelay: '1ms' },
              details: [{ evidence: { advice: 'Wait.' } }],
            }),
          );
    const stack = stackWithCopy();
    await copying(copyPoints, async () => {
      const keeper = await wake(stack);
      const trouble = await until(async () => (await keeper.query(copyTrouble)) ?? undefined);
      expect(trouble).toMatchObject({ reason: 'the line is cut', advice: 'Wait.' });
      // It waits ten seconds and more after each failure, however short the delay that the step asks for.
      expect(trouble.tries).toBeLessThan(3);
      mended = true;
      await wake(stack);
      expect(await keeper.result()).toMatchObject({ copied: ['aaaa1111'] });
    });
  });

  it('leaves an address that the stack file no longer has', async () => {
    const urls: string[] = [];
    const copyPoints: HostActivities['copyPoints'] = ({ stack }) => {
      const url = stack.copies?.[0]?.url ?? '';
      urls.push(url);
      if (url === '/new') return Promise.resolve(NOTHING);
      return untilCancelled();
    };
    const stack = stackWithCopy('/old');
    await copying(copyPoints, async () => {
      const keeper = await wake(stack);
      await until(() => (urls.length === 1 ? true : undefined));
      const copies = [{ ...stack.repository, name: 'offsite', url: '/new' }];
      await wake({ ...stack, copies });
      expect(await keeper.result()).toEqual(NOTHING);
    });
    expect(urls).toEqual(['/old', '/new']);
  });
});
