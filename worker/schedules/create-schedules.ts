import { isGrpcServiceError, type Client } from '@temporalio/client';
import { AdapterError } from '../../activities/ports/adapter-error';
import type { Schedules } from '../../activities/ports/schedules';
import { untilSeen } from '../../activities/ports/until-seen';
import type { SealingCodec } from '../../sealing/codec';
import { SCHEDULABLE, type RunbookName } from '../../workflows/catalogue';
import { scheduleId, type AppliedSchedule } from '../../workflows/model/schedule';
import { SEARCH_ATTRIBUTES } from '../../workflows/model/search-attributes';
import { entryOf, planSchedule } from '../../workflows/schedule/plan-schedule';
import { scheduledInput } from '../../workflows/schedule/scheduled-input';
import { inputOf, scheduleAttributes, scheduleBody } from './schedule-body';
import { submitRun } from './submit-run';
import { ScheduleStore, type StoredSchedule } from './schedule-store';

type Described = Parameters<Schedules['apply']>[0];

/** Temporal hands a change on to the schedule's own workflow, and answers before that has taken it. */
const TAKEN_WITHIN = { everyMilliseconds: 50, atMostEveryMilliseconds: 500 };
const TAKEN_WITHIN_MILLISECONDS = 5_000;
/** Others may change it at the same time. */
const ATTEMPTS = 3;

/** The port `Schedules` on Temporal's own. */
export function createSchedules(client: Client, codec: SealingCodec): Schedules {
  const store = new ScheduleStore(client);
  return {
    apply: async (stack) => {
      const applied: AppliedSchedule[] = [];
      for (const runbook of SCHEDULABLE) {
        const one = await answering(() => applyOne(store, codec, stack, runbook));
        if (one !== undefined) applied.push(one);
      }
      return applied;
    },
    submit: (request, requestId) => answering(() => submitRun(client, request, requestId)),
    begunSince: (since, requestId) => answering(() => begunSince(client, since, requestId)),
  };
}

/** Undefined where there is no schedule, and should be none. */
async function applyOne(
  store: ScheduleStore,
  codec: SealingCodec,
  stack: Described,
  runbook: RunbookName,
): Promise<AppliedSchedule | undefined> {
  const id = scheduleId(stack.name, runbook);
  const wanted = scheduledInput(stack, runbook);
  const entry = entryOf(stack.schedule, runbook);
  const planFor = async (stored: StoredSchedule | undefined) => {
    const input = stored && (await inputOf(stored.schedule, codec));
    return planSchedule(wanted, stored && { ...(input && { input }) });
  };
  let change: AppliedSchedule['change'] = 'unchanged';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const stored = await store.read(id);
    const plan = await planFor(stored);
    if (plan === 'none') {
      if (stored === undefined && change === 'unchanged') return undefined;
      return { runbook, change, paused: stored?.schedule.state?.paused === true };
    }
    if (plan === 'remove' || entry === undefined || wanted === undefined) {
      change = 'removed';
      await store.remove(id);
    } else {
      change = plan === 'create' ? 'created' : change === 'created' ? 'created' : 'changed';
      const body = await scheduleBody(entry, wanted, codec);
      if (stored === undefined) await store.create(id, body, scheduleAttributes(wanted));
      else await store.replace(id, body, stored);
    }
    await untilSeen(
      async () => planFor(await store.read(id)),
      (seen) => seen === 'none',
      {
        ...TAKEN_WITHIN,
        withinMilliseconds: TAKEN_WITHIN_MILLISECONDS,
      },
    );
  }
  throw new AdapterError(
    'ServiceUnavailable',
    `the schedule ${id} was given to Temporal ${ATTEMPTS} times, and is not as it should be`,
    { advice: 'Somebody else may be changing it: try again.' },
  );
}

/** One that has failed has saved nothing. */
async function begunSince(
  client: Client,
  { stack, runbook, time }: Parameters<Schedules['begunSince']>[0],
  requestId: string,
): Promise<string | undefined> {
  const { stack: stackName, trigger } = SEARCH_ATTRIBUTES;
  const query = [
    `WorkflowType = "${runbook}"`,
    `${stackName} = "${stack}"`,
    `${trigger} = "schedule"`,
    `StartTime > "${time}"`,
    `ExecutionStatus IN ("Running", "Completed")`,
  ].join(' AND ');
  for await (const { workflowId, memo } of client.workflow.list({ query })) {
    // An attempt that died may have submitted this very run.
    if (memo?.['requestId'] !== requestId) return workflowId;
  }
  return undefined;
}

/** Temporal away is the one failure that waiting mends. */
async function answering<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    if (!isGrpcServiceError(cause)) throw error;
    const message = `Temporal did not take it: ${cause.details || cause.message}`;
    throw new AdapterError('ServiceUnavailable', message, {}, { cause: error });
  }
}
