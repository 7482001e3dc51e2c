import { Context, heartbeat } from '@temporalio/activity';
import type { WorkflowFailedError, WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { RunbookRequest } from '../../workflows/catalogue';
import { progress, repositoryWorkflowId } from '../../workflows/messages';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { describePointFacts, describeRetention } from '../support/retention-facts';
import {
  gate,
  uniqueStack,
  WorkflowHarness,
  type ActivityDoubles,
} from '../support/workflow-harness';

const RETAIN: RunbookRequest = { runbook: 'retain', options: { readAll: false } };
const KEEP = { keep: { last: 1, zone: 'UTC' } };
const POINTS = ['2026-01-02T03:00:00.000Z', '2026-01-01T03:00:00.000Z'].map((at) =>
  describePointFacts(at),
);

/** Its worker learns of the cancellation with the answer to a heartbeat. */
async function untilCancelled(): Promise<never> {
  const beat = setInterval(heartbeat, 100);
  return Context.current().cancelled.finally(() => {
    clearInterval(beat);
  });
}

describeWith(['temporal'], 'the retain workflow', () => {
  let harness: WorkflowHarness;
  let calls: string[];
  /** A repository of its own for each test. */
  let repositoryId: string;
  let count = 0;
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());
  beforeEach(() => {
    calls = [];
    count += 1;
    repositoryId = count.toString(16).padStart(64, '0');
  });

  function doubles(change: ActivityDoubles = {}): ActivityDoubles {
    const noted = <Output>(call: string, output: Output): Promise<Output> => {
      calls.push(call);
      return Promise.resolve(output);
    };
    return {
      observeRetention: () =>
        Promise.resolve(describeRetention({ repositoryId, points: POINTS, strays: 1 })),
      forgetPoints: ({ runKeys }) => noted(`forget ${runKeys.join()}`, { points: 1, snapshots: 3 }),
      pruneRepository: () => noted('prune', { removed: '1 MiB', diskWasFull: false }),
      checkRepository: ({ slice }) => noted(`check ${JSON.stringify(slice)}`, undefined),
      ...change,
    };
  }

  async function submit(stack = uniqueStack(KEEP)): Promise<WorkflowHandle> {
    const { run } = await harness.submit(stack, RETAIN);
    const handle = harness.client.workflow.getHandle(run);
    await until(() => handle.describe().catch(() => undefined));
    return handle;
  }

  const stepOf = async (handle: WorkflowHandle, id: string) =>
    (await handle.query(progress)).steps.find((step) => step.id === id);

  it('forgets, prunes and checks, in this order', async () => {
    await harness.working(doubles(), async () => {
      expect(await (await submit()).result()).toMatchObject({
        ...{ state: 'done', kept: 1, snapshots: 3, removed: '1 MiB', read: { slice: 1, of: 28 } },
        forgotten: [{ id: POINTS[1]?.id }],
      });
    });
    expect(calls).toEqual([
      `forget ${POINTS[1]?.runKey ?? ''}`,
      'prune',
      'check {"slice":1,"of":28}',
    ]);
  });

  it('only checks without a policy', async () => {
    await harness.working(doubles(), async () => {
      await (await submit(uniqueStack())).result();
    });
    expect(calls).toEqual(['check {"slice":1,"of":28}']);
  });

  it('prunes a repository for one stack at a time, and lets the other wait for it', async () => {
    const slowly = gate();
    let [atWork, most] = [0, 0];
    const slow = doubles({
      pruneRepository: async () => {
        atWork += 1;
        most = Math.max(most, atWork);
        await slowly.opened;
        atWork -= 1;
        return { removed: '1 MiB', diskWasFull: false };
      },
    });
    await harness.working(slow, async () => {
      const runs = await Promise.all([submit(), submit()]);
      const waiting = await until(async () => {
        for (const run of runs) {
          const step = (await run.query(progress)).steps.find(({ id }) => id.startsWith('wait-to'));
          if (step?.state === 'running' && atWork === 1) return step;
        }
        return undefined;
      });
      expect(waiting.title).toBe('wait for other work on the repository');
      slowly.open();
      for (const run of runs) expect(await run.result()).toMatchObject({ state: 'done' });
    });
    expect(most).toBe(1);
  });

  it('frees the repository when its run is gone, however it ended', async () => {
    const held = doubles({ pruneRepository: () => untilCancelled() });
    await harness.workingUnchecked(held, async () => {
      const run = await submit(
        uniqueStack({
          ...KEEP,
          limits: { heartbeatSeconds: 1, stallSeconds: 60, deadlineSeconds: 600 },
        }),
      );
      const keeper = harness.client.workflow.getHandle(repositoryWorkflowId(repositoryId));
      await until(async () =>
        (await stepOf(run, 'prune'))?.state === 'running' ? true : undefined,
      );
      await until(async () => {
        const { pendingActivities } = (await keeper.describe()).raw;
        return (pendingActivities ?? []).length > 0 ? true : undefined;
      });
      await run.terminate('as a lost server would');
      const status = await until(async () => {
        const { status } = await keeper.describe();
        return status.name === 'RUNNING' ? undefined : status.name;
      }, 60);
      expect(status).toBe('CANCELLED');
    });
  });

  it('says what is damaged, and that what was to go is gone', async () => {
    const damaged = doubles({
      checkRepository: () =>
        Promise.reject(
          ApplicationFailure.nonRetryable('pack 12 is damaged', 'VerificationFailed', {
            evidence: { advice: 'restic repair packs' },
          }),
        ),
    });
    await harness.working(damaged, async () => {
      const error: unknown = await (await submit()).result().catch((reason: unknown) => reason);
      expect((error as WorkflowFailedError).cause).toMatchObject({
        type: 'VerificationFailed',
        message: 'check the repository, read part 1 of 28: pack 12 is damaged',
        details: [
          {
            evidence: { advice: 'restic repair packs' },
            stateNow: expect.stringContaining('forgotten, and pruned') as string,
          },
        ],
      });
    });
  });
});
