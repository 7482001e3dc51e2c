import { Context, heartbeat } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { InputOf, RunbookRequest } from '../../workflows/catalogue';
import {
  approve,
  confirm,
  freeze,
  keptWorkflowId,
  partsWorkflowId,
  progress,
  queue,
  reject,
  resolve,
  stackWorkflowId,
  unfreeze,
  warmWorkflowId,
  withdraw,
} from '../../workflows/messages';
import type { ForcedEndInput } from '../../workflows/model/forced-end';
import { scheduleId } from '../../workflows/model/schedule';
import { WORKFLOW_TASK_QUEUE, type StackDescription } from '../../workflows/model/stack';
import { restoreTarget } from '../../workflows/model/restore-target';
import type { PartsInput } from '../../workflows/restore/parts.workflow';
import { describePart, describeStack, describeStoredPart, describeSwitch } from '../support/descriptions';
import { inPhase } from '../support/in-phase';
import { until } from '../support/processes';
import { BACKUP, restoreOf, type ActivityDoubles, type WorkflowHarness } from '../support/workflow-harness';
import { DEPLOY, HISTORY_DOUBLES } from './doubles';

const DEPLOY_IT: RunbookRequest = { runbook: 'deploy', options: { images: {} } };
const NIGHTLY: StackDescription['schedule'] = [{ runbook: 'backup', when: { cron: '15 3 * * *', zone: 'Europe/Berlin' }, jitterSeconds: 0 }];
const APPROVAL = { required: 1, from: ['ben'], expiresSeconds: 300, self: false };
const released = (name: string, keepOldSeconds: number): StackDescription =>
  describeStack({ name, deploy: { ...DEPLOY, services: [describeSwitch({ keepOldSeconds })] } });

/** Something that happened, and the ids of the workflows to which it did. */
export interface Scenario {
  readonly doubles?: ActivityDoubles;
  run(harness: WorkflowHarness): Promise<readonly string[]>;
}

const handleOf = (harness: WorkflowHarness, id: string): WorkflowHandle => harness.client.workflow.getHandle(id);

async function begun(harness: WorkflowHarness, stack: StackDescription, what: RunbookRequest, change = {}): Promise<WorkflowHandle> {
  const { run } = await harness.submit(stack, what, undefined, change);
  const handle = handleOf(harness, run);
  await until(() => handle.describe().catch(() => undefined));
  return handle;
}

async function endedRuns(harness: WorkflowHarness, stack: string, count: number): Promise<void> {
  await until(async () => {
    const state = await handleOf(harness, stackWorkflowId(stack)).query(queue);
    return state.ended.length === count ? true : undefined;
  });
}

function ask(harness: WorkflowHarness, type: string, workflowId: string, input: object): Promise<unknown> {
  return harness.client.workflow.execute(type, { workflowId, taskQueue: WORKFLOW_TASK_QUEUE, args: [input] });
}

let isFull = false;
const fullDisk: ActivityDoubles = {
  backUpPart: (input) =>
    isFull
      ? Promise.reject(ApplicationFailure.nonRetryable('the disk is full', 'CommandFailed', {}))
      : (HISTORY_DOUBLES.backUpPart?.(input) ?? Promise.reject(new Error('no double'))),
};

/** Its worker learns of the cancellation with the answer to a heartbeat. */
async function untilCancelled(): Promise<never> {
  const beat = setInterval(heartbeat, 100);
  return Context.current().cancelled.finally(() => {
    clearInterval(beat);
  });
}

/** Every workflow type, in each of the ways in which it waits and ends. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'saves, restores, keeps and drops': {
    async run(harness) {
      const stack = describeStack({ name: 'saved' });
      await begun(harness, stack, BACKUP);
      await begun(harness, stack, restoreOf(stack));
      await begun(harness, stack, { runbook: 'backup', options: { only: ['absent'], initialise: false } });
      await endedRuns(harness, 'saved', 3);
      const kept = handleOf(harness, keptWorkflowId('saved/2'));
      await kept.executeUpdate(confirm, { args: [{ by: 'anna' }] });
      await kept.result();
      return ['saved/1', 'saved/2', 'saved/3', 'kept/saved/2', 'stack/saved'];
    },
  },
  'works on parts for a run': {
    doubles: { swapBackPart: () => Promise.resolve(), discardBeside: () => Promise.resolve() },
    async run(harness) {
      const stack = describeStack({ name: 'large' });
      const part = describePart();
      const item = { part, target: restoreTarget(part.source, 1), stored: describeStoredPart(part) };
      const run = { id: 'large/1', number: 1, key: 'key' };
      const ids: string[] = [];
      for (const work of ['observe', 'restore', 'swap', 'swapBack', 'discard'] as const) {
        const input: PartsInput = { stack, run, pointId: 'aaaa1111', work, items: [item] };
        const id = partsWorkflowId(run.id, work, 'part 1 of 1');
        await ask(harness, 'parts', id, input);
        ids.push(id);
      }
      return ids;
    },
  },
  'is approved, rejected, held and cancelled': {
    doubles: { ...fullDisk, storeManifest: (input) => (input.stack.name === 'cancelled' ? untilCancelled() : (HISTORY_DOUBLES.storeManifest?.(input) ?? untilCancelled())) },
    async run(harness) {
      const stack = describeStack({ name: 'asked', approvals: { backup: APPROVAL } });
      const yes = await begun(harness, stack, BACKUP);
      const { planHash = '' } = await inPhase(yes, 'approve');
      await yes.executeUpdate(approve, { args: [{ by: 'ben', planHash }] });
      await yes.result();
      const no = await begun(harness, stack, BACKUP);
      await inPhase(no, 'approve');
      await no.executeUpdate(reject, { args: [{ by: 'ben', planHash, message: 'not on a Friday' }] });
      await no.result().catch(() => undefined);
      isFull = true;
      const held = await begun(harness, describeStack({ name: 'held' }), BACKUP, { hold: true });
      const [step] = (await inPhase(held, 'hold')).held ?? [];
      isFull = false;
      await held.executeUpdate(resolve, { args: [{ by: 'anna', way: 'retry', step: step?.step ?? '' }] });
      await held.result();
      const cancelled = await begun(harness, describeStack({ name: 'cancelled' }), BACKUP);
      await until(async () => (await cancelled.query(progress)).steps.find(({ id, state }) => id === 'manifest' && state === 'running'));
      await cancelled.cancel();
      await cancelled.result().catch(() => undefined);
      return ['asked/1', 'asked/2', 'held/1', 'cancelled/1'];
    },
  },
  'is frozen, and lets go what waits': {
    doubles: { backUpPart: () => untilCancelled() },
    async run(harness) {
      const stack = describeStack({ name: 'frozen', deploy: DEPLOY });
      const first = await begun(harness, stack, BACKUP);
      const line = handleOf(harness, stackWorkflowId('frozen'));
      await harness.submit(stack, DEPLOY_IT);
      await line.executeUpdate(freeze, { args: [{ message: 'a new disk', by: 'anna' }] });
      await line.executeUpdate(withdraw, { args: [{ number: 2, by: 'anna' }] });
      await line.executeUpdate(unfreeze, { args: [{ by: 'anna' }] });
      await first.cancel();
      await first.result().catch(() => undefined);
      await endedRuns(harness, 'frozen', 2);
      return ['stack/frozen'];
    },
  },
  'releases, goes back, and gives back': {
    doubles: { settleTraffic: () => Promise.resolve({ services: [], left: [] }) },
    async run(harness) {
      const stack = released('released', 900);
      await (await begun(harness, stack, DEPLOY_IT)).result();
      const { runId } = await handleOf(harness, warmWorkflowId('released')).describe();
      await (await begun(harness, stack, { runbook: 'rollback', options: {} })).result();
      await handleOf(harness, warmWorkflowId('released')).cancel();
      await (await begun(harness, stack, { runbook: 'maintenance', options: { turn: 'on', only: [], message: 'back soon' } })).result();
      await (await begun(harness, stack, { runbook: 'forget', options: {} })).result();
      await (await begun(harness, released('cooled', 1), DEPLOY_IT)).result();
      await handleOf(harness, warmWorkflowId('cooled')).result();
      return ['released/1', 'released/2', 'released/3', 'released/4', `warm/released#${runId}`, 'warm/cooled', 'stack/released'];
    },
  },
  'is undone': {
    doubles: { drainSlot: () => Promise.reject(ApplicationFailure.nonRetryable('it does not answer', 'VerificationFailed', {})) },
    async run(harness) {
      const run = await begun(harness, released('undone', 900), DEPLOY_IT);
      await run.result().catch(() => undefined);
      return ['undone/1'];
    },
  },
  'is only planned, asked, and ended by force': {
    doubles: { settleTraffic: () => Promise.resolve({ services: [], left: [] }), backUpPart: () => untilCancelled() },
    async run(harness) {
      const stack = released('asking', 900);
      const frame = { stack, requestedBy: 'anna', trigger: 'cli', pawlVersion: '0.0.0' } as const;
      const plan: InputOf<'deploy'> = { request: { ...frame, ...DEPLOY_IT, runbook: 'deploy', options: { images: {} } }, mode: 'plan', number: 0 };
      await ask(harness, 'deploy', 'plan/asking/1', plan);
      const questions: readonly (readonly [type: string, id: string, input: object])[] = [
        ['examine', 'examine/asking/1', {}],
        ['points', 'points/asking/1', {}],
        ['releases', 'releases/asking/1', {}],
        ['releaseDiff', 'release-diff/asking/1', { from: 1 }],
        ['verifyPoint', 'verify/asking/1', { point: { newest: true }, data: true }],
        ['keptLogs', 'kept-logs/asking/1', { of: 'asking/1' }],
        ['whereabouts', 'whereabouts/asking/1', { service: 'api' }],
      ];
      for (const [type, id, input] of questions) await ask(harness, type, id, { stack, ...input });
      const run = await begun(harness, stack, BACKUP);
      const { runId: key } = await run.describe();
      const end: ForcedEndInput = {
        ...{ stack, run: 'asking/1', number: 1, key, runbook: 'backup', requestedBy: 'anna', by: 'ben' },
        reason: 'its build is gone',
      };
      await ask(harness, 'endByForce', 'force/asking/1', end);
      return ['plan/asking/1', ...questions.map(([, id]) => id), 'force/asking/1'];
    },
  },
  'starts by itself': {
    doubles: { readStackFile: ({ stack: name }) => Promise.resolve({ description: describeStack({ name, schedule: NIGHTLY }) }), keepStackFile: () => Promise.resolve() },
    async run(harness) {
      const stack = describeStack({ name: 'nightly', schedule: NIGHTLY });
      await ask(harness, 'applySchedules', 'schedules/nightly/1', { stack, source: { file: '/srv/nightly/pawl.yaml' } });
      const schedule = harness.client.schedule.getHandle(scheduleId('nightly', 'backup'));
      await schedule.trigger();
      const [started] = await until(async () => {
        const { recentActions } = (await schedule.describe()).info;
        return recentActions.length === 0 ? undefined : recentActions;
      });
      const { workflowId = '' } = started?.action.workflow ?? {};
      await handleOf(harness, workflowId).result();
      return ['schedules/nightly/1', workflowId];
    },
  },
};
