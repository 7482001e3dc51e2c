import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import type { Session } from '../../client/temporal/session';
import { readWarmSlots } from '../../client/temporal/warm-slots';
import { warmWorkflowId } from '../../workflows/messages';
import type { ReleaseDiff, ReleaseList } from '../../workflows/model/release';
import type { ReleasesNow } from '../../workflows/model/serving';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import type { WarmInput } from '../../workflows/model/warm';
import { TEST_CODEC } from '../support/sealed';
import { describeWith } from '../support/requirements';
import { uniqueStack, WorkflowHarness } from '../support/workflow-harness';

const NOTHING = { images: [], lines: [] };

describeWith(['temporal'], 'questions about releases', () => {
  let harness: WorkflowHarness;
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());

  function ask<Answer>(type: string, input: object): Promise<Answer> {
    const options = { workflowId: randomUUID(), taskQueue: WORKFLOW_TASK_QUEUE, args: [input] };
    return harness.client.workflow.execute(type, options) as Promise<Answer>;
  }

  it('are answered by the host of the stack', async () => {
    const stack = uniqueStack();
    const doubles = {
      listReleases: () => Promise.resolve({ releases: [], current: 4, next: 5 }),
      observeServing: () => Promise.resolve({ services: [] }),
      diffReleases: ({ from, to = 9 }: { from: number; to?: number }) =>
        Promise.resolve({ from, to, ...NOTHING }),
    };
    await harness.working(doubles, async () => {
      const list = await ask<ReleaseList>('releases', { stack });
      expect(list).toEqual({ releases: [], current: 4, next: 5, serving: { services: [] } });
      const against = await ask<ReleaseDiff>('releaseDiff', { stack, from: 3, to: 4 });
      expect(against).toEqual({ from: 3, to: 4, ...NOTHING });
      const current = await ask<ReleaseDiff>('releaseDiff', { stack, from: 3 });
      expect(current).toEqual({ from: 3, to: 9, ...NOTHING });
    });
  });

  it('are answered where nobody can tell what serves, with the reason', async () => {
    const stack = uniqueStack();
    const away = ApplicationFailure.nonRetryable('Docker is away', 'ServiceUnavailable');
    const doubles = {
      listReleases: () => Promise.resolve({ releases: [], next: 1 }),
      observeServing: () => Promise.reject(away),
    };
    await harness.working(doubles, async () => {
      const list = await ask<ReleasesNow>('releases', { stack });
      expect(list).toEqual({ releases: [], next: 1, servingUnknown: 'Docker is away' });
    });
  });

  it('about what is warm need no worker, and know nothing when nothing is', async () => {
    const { client } = harness;
    const call = (work: () => unknown) => work();
    const session = { client, codec: TEST_CODEC, namespace: 'default', call };
    const warmOf = (name: string) => readWarmSlots(session as unknown as Session, name);
    const stack = uniqueStack();
    expect(await warmOf(stack.name)).toEqual([]);

    const until = new Date(Date.now() + 3_600_000).toISOString();
    const slots = [{ service: 'api', slot: 'blue' as const, release: 3, until }];
    const input: WarmInput = { stack, project: stack.name, slots };
    const workflowId = warmWorkflowId(stack.name);
    const options = { workflowId, taskQueue: WORKFLOW_TASK_QUEUE, args: [input] };
    const warm = await client.workflow.start('warm', options);
    expect(await warmOf(stack.name)).toEqual(slots);

    await warm.terminate();
    expect(await warmOf(stack.name)).toEqual([]);
  });
});
