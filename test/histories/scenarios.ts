import { Context, heartbeat } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { InputOf, RunbookRequest } from '../../workflows/catalogue';
import {
  approve,
  confirm,
  copyTrouble,
  copyWorkflowId,
  freeze,
  keptWorkflowId,
  partsWorkflowId,
  progress,
  queue,
  reject,
  repositoryWorkflowId,
  resolve,
  stackWorkflowId,
  unfreeze,
  warmWorkflowId,
  withdraw,
} from '../../workflows/messages';
import type { Channel } from '../../workflows/model/channel';
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
const OPS: Channel = { name: 'ops', kind: 'ntfy', url: { env: 'OPS_URL' }, on: ['failed', 'held', 'approval', 'recovered'] };
const PULSE: Channel = { name: 'pulse', kind: 'ping', url: { plain: 'https://hc.example.org/1' }, runbook: 'backup' };
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

let isCut = true;
let isFull = false;
const fullDisk: ActivityDoubles = {
  backUpPart: (input) =>
    isFull
      ? Promise.reject(ApplicationFailure.nonRetryable('the disk is full', 'CommandFailed', {}))
      : (HISTORY_DOUBLES.backUpPart?.(input) ?? Promise.reject(new Error('no double'))),
};

/** Its worker learns of the cancellation with the answer to a heartbeat. */
export async function untilCancelled(): Promise<never> {
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
  'forgets, prunes and checks': {
    async run(harness) {
      const stack = describeStack({ name: 'retained', keep: { last: 1, zone: 'UTC' } });
      const run = await begun(harness, stack, { runbook: 'retain', options: { readAll: false } });
      await run.result();
      return ['retained/1', repositoryWorkflowId('ab'.repeat(32))];
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
  'copies points': {
    doubles: {
      copyPoints: () => (isCut ? Promise.reject(ApplicationFailure.create({ message: 'the line is cut', type: 'ServiceUnavailable' })) : Promise.resolve({ copy: 'offsite', copied: ['aaaa1111'], skipped: [] })),
      compareCopies: () => Promise.resolve({ copies: [{ name: 'offsite', held: ['key'], lacking: [] }] }),
    },
    async run(harness) {
      const { repository } = describeStack();
      const stack = describeStack({ name: 'copied', copies: [{ ...repository, name: 'offsite', url: '/mnt/offsite' }] });
      await (await begun(harness, stack, BACKUP)).result();
      const keeper = handleOf(harness, copyWorkflowId('copied', 'offsite'));
      await until(async () => (await keeper.query(copyTrouble)) ?? undefined);
      isCut = false;
      await (await begun(harness, stack, BACKUP)).result();
      await keeper.result();
      await ask(harness, 'copies', 'copies/copied/1', { stack, answerSeconds: 5 });
      return ['copied/1', 'copied/2', 'copy/copied/offsite', 'copies/copied/1'];
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
  'drills a recovery point': {
    doubles: {
      provePart: ({ stack }) =>
        stack.name === 'proved' ? Promise.resolve({ proved: 2, rows: 10 }) : Promise.reject(ApplicationFailure.nonRetryable('a row differs', 'VerificationFailed', {})),
      openScratch: ({ stack }) => (stack.name === 'swept' ? untilCancelled() : Promise.resolve({ kind: 'cluster', folder: '/scratch', port: 5432 })),
    },
    async run(harness) {
      const assert = [{ kind: 'sql', part: 'accounts', query: 'select true' }] as const;
      const drill = (name: string, options: object = {}) => begun(harness, describeStack({ name, drill: { assert } }), { runbook: 'drill', options: { point: { choice: 'newest' }, only: [], ...options } });
      await (await drill('proved')).result();
      await (await drill('disproved')).result();
      const swept = await drill('swept');
      await until(async () => (await swept.query(progress)).steps.find(({ id, state }) => id === 'open:accounts' && state === 'running'));
      await swept.cancel();
      await swept.result().catch(() => undefined);
      await (await drill('none', { point: { choice: 'random' } })).result().catch(() => undefined);
      return ['proved/1', 'disproved/1', 'swept/1', 'none/1'];
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
  'tells people': {
    doubles: { ...fullDisk, sendNotice: ({ notice }) => (notice.event === 'started' ? Promise.reject(ApplicationFailure.nonRetryable('nobody there', 'PreconditionFailed', {})) : Promise.resolve('took it')) },
    async run(harness) {
      const stack = describeStack({ name: 'told', notify: [OPS, PULSE], approvals: { backup: APPROVAL }, onFailure: 'hold' });
      for (const way of ['abort', 'retry'] as const) {
        isFull = true;
        const run = await begun(harness, stack, BACKUP);
        const { planHash = '' } = await inPhase(run, 'approve');
        await run.executeUpdate(approve, { args: [{ by: 'ben', planHash }] });
        const [step] = (await inPhase(run, 'hold')).held ?? [];
        isFull = false;
        await run.executeUpdate(resolve, { args: [{ by: 'anna', way, step: step?.step ?? '' }] });
        await run.result().catch(() => undefined);
      }
      await endedRuns(harness, 'told', 2);
      await ask(harness, 'notifyTest', 'notify-test/told/1', { stack });
      const events = ['1/approval-1/ops', '1/failed/ops', '1/started/pulse', '2/held-2/ops', '2/recovered/ops', '2/succeeded/pulse'];
      const notices = events.map((event) => `notify/told/${event}`);
      for (const id of notices) {
        await until(() => handleOf(harness, id).describe().catch(() => undefined));
        await handleOf(harness, id).result().catch(() => undefined);
      }
      return ['told/1', 'told/2', 'stack/told', 'notify-test/told/1', ...notices];
    },
  },
  'is asked what it has stored': {
    async run(harness) {
      const input = { stack: released('listed', 900), point: { newest: true }, part: 'db', path: 'a' };
      await ask(harness, 'listStored', 'list-stored/listed/1', input);
      return ['list-stored/listed/1'];
    },
  },
  'watches over a stack': {
    doubles: { sendNotice: () => Promise.resolve('took it'), observeFreshness: () => Promise.resolve(isFull ? { pointAt: '2026-01-01T00:00:00.000Z' } : { pointAt: new Date().toISOString() }) },
    async run(harness) {
      isFull = true;
      const stack = describeStack({ name: 'watched', notify: [{ ...OPS, on: ['stale', 'recovered'] }], freshness: { pointSeconds: 60 } });
      await (await begun(harness, stack, BACKUP)).result();
      const keeper = handleOf(harness, 'freshness/watched');
      const looked = (count: number) => until(async () => ((await keeper.fetchHistory()).events ?? []).filter((event) => event.startChildWorkflowExecutionInitiatedEventAttributes).length >= count || undefined);
      await looked(1);
      isFull = false;
      await looked(2);
      const { freshness: _, ...unwatched } = stack;
      await (await begun(harness, unwatched, BACKUP)).result();
      await keeper.result();
      await endedRuns(harness, 'watched', 2);
      return ['freshness/watched', 'stack/watched'];
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
