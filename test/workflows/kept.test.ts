import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import type { HostActivities } from '../../activities';
import { confirm, keptState, keptWorkflowId } from '../../workflows/messages';
import type { KeptInput, KeptState } from '../../workflows/model/kept';
import { restoreTarget } from '../../workflows/model/restore-target';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { describePart } from '../support/descriptions';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { gate, uniqueStack, WorkflowHarness } from '../support/workflow-harness';

const DAY_SECONDS = 24 * 60 * 60;

describeWith(['temporal'], 'the keeper of what a restore replaced', () => {
  let harness: WorkflowHarness;
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());

  async function keep(parts: readonly string[], keptSeconds = 3600): Promise<WorkflowHandle> {
    const limits = { heartbeatSeconds: 5, stallSeconds: 60, deadlineSeconds: 1 };
    const stack = uniqueStack({ limits });
    const run = `${stack.name}/7`;
    const input: KeptInput = {
      stack,
      run: { id: run, number: 7, key: randomUUID() },
      parts: parts.map((name) => ({
        part: describePart({ name, entry: name, source: name }),
        target: restoreTarget(name, 7),
        ...{ bytes: 1, rows: 1, otherSessions: 0, keepAs: `${name}_before_7` },
      })),
      since: new Date().toISOString(),
      until: new Date(Date.now() + keptSeconds * 1000).toISOString(),
    };
    const workflowId = keptWorkflowId(run);
    const options = { workflowId, taskQueue: WORKFLOW_TASK_QUEUE, args: [input] as [KeptInput] };
    return harness.client.workflow.start('kept', options);
  }

  const confirmed = (kept: WorkflowHandle) =>
    kept.executeUpdate(confirm, { args: [{ by: 'anna' }] });
  const statesOf = ({ parts }: KeptState) =>
    Object.fromEntries(parts.map(({ name, state }) => [name, state]));
  const working = (drop: HostActivities['discardKept'], body: () => Promise<void>) =>
    harness.working({ discardKept: drop }, body);
  const refused = () => Promise.reject(ApplicationFailure.nonRetryable('it is in use'));

  it('drops the others when one cannot be dropped, says why, and tries that one again when asked', async () => {
    const tried: string[] = [];
    const drop: HostActivities['discardKept'] = ({ part: { name } }) => {
      tried.push(name);
      return name === 'a' && tried.filter((one) => one === 'a').length === 1
        ? refused()
        : Promise.resolve();
    };
    await working(drop, async () => {
      const kept = await keep(['a', 'b']);

      const first = await confirmed(kept);
      expect(statesOf(first)).toEqual({ a: 'failed', b: 'dropped' });
      expect(first.parts[0]).toMatchObject({ keptAs: 'a_before_7', reason: 'it is in use' });
      expect(await kept.query(keptState)).toEqual(first);

      expect(statesOf(await confirmed(kept))).toEqual({ a: 'dropped', b: 'dropped' });
      expect(await kept.result()).toMatchObject({ confirmedBy: 'anna' });
    });
    expect(tried.sort()).toEqual(['a', 'a', 'b']);
  });

  it('tries by itself, after a day, what it could not drop', async () => {
    await working(refused, async () => {
      const kept = await keep(['a'], 0);
      await until(async () => {
        return statesOf(await kept.query(keptState))['a'] === 'failed' ? true : undefined;
      });
      const { events = [] } = await kept.fetchHistory();
      const timers = events?.flatMap(({ timerStartedEventAttributes: timer }) =>
        timer ? [Number(timer.startToFireTimeout?.seconds)] : [],
      );
      expect(timers?.at(-1)).toBe(DAY_SECONDS);
    });
  });

  it('goes on trying longer than a run may last', async () => {
    let begun: number | undefined;
    const drop: HostActivities['discardKept'] = ({ stack }) => {
      begun ??= Date.now();
      const away = Date.now() - begun < stack.limits.deadlineSeconds * 2000;
      return away ? Promise.reject(new Error('away')) : Promise.resolve();
    };
    await working(drop, async () => {
      const kept = await keep(['a'], 0);
      expect(await kept.result()).toMatchObject({ parts: [{ state: 'dropped' }] });
    });
  });

  it('takes a second confirmation while it drops, and drops everything once', async () => {
    const door = gate();
    const tried: string[] = [];
    const drop: HostActivities['discardKept'] = async ({ part }) => {
      tried.push(part.name);
      await door.opened;
    };
    await working(drop, async () => {
      const kept = await keep(['a']);
      const first = confirmed(kept);
      await until(() => (tried.length === 1 ? true : undefined));
      const second = confirmed(kept);
      await until(async () => {
        const { events = [] } = await kept.fetchHistory();
        const accepted = events?.filter(
          (event) => event.workflowExecutionUpdateAcceptedEventAttributes,
        );
        return accepted?.length === 2 ? true : undefined;
      });
      door.open();
      expect(await second).toEqual(await first);
    });
    expect(tried).toEqual(['a']);
  });

  it('drops nothing when it is cancelled', async () => {
    const tried: string[] = [];
    const drop: HostActivities['discardKept'] = ({ part }) => {
      tried.push(part.name);
      return Promise.resolve();
    };
    await working(drop, async () => {
      const kept = await keep(['a']);
      await kept.cancel();
      await expect(kept.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    });
    expect(tried).toEqual([]);
  });

  it('goes on in another execution when its history grows long, and forgets nothing', async () => {
    let mended = false;
    const drop: HostActivities['discardKept'] = ({ part }) =>
      mended || part.name === 'good' ? Promise.resolve() : refused();
    const bad = Array.from({ length: 150 }, (_, index) => `bad${index}`);
    await working(drop, async () => {
      const kept = await keep(['good', ...bad]);
      const { runId } = await kept.describe();
      while ((await kept.describe()).runId === runId) await confirmed(kept);
      const { since, confirmedBy } = await kept.query(keptState);
      expect([Date.parse(since) <= Date.now(), confirmedBy]).toEqual([true, 'anna']);
      mended = true;
      const left = statesOf(await confirmed(kept));
      expect(new Set(Object.values(left))).toEqual(new Set(['dropped']));
      expect(Object.keys(left)).toHaveLength(151);
    });
  });
});
