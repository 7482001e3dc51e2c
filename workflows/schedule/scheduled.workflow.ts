import { workflowInfo } from '@temporalio/workflow';
import type {
  AppliedSchedule,
  ScheduledInput,
  ScheduledOutcome,
  ScheduleEntry,
} from '../model/schedule';
import type { StackDescription } from '../model/stack';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';
import { runActivities, scheduleActivities, stackFileActivities } from '../run/activities';
import { preconditionFailed } from '../run/failures';
import { dueRequest } from './due-request';
import { entryOf } from './plan-schedule';

/** Set by Temporal's scheduler: when it was due, whatever the time was when it started. */
const DUE = { name: 'TemporalScheduledStartTime', type: 'DATETIME' } as const;
const LATE_FROM_SECONDS = 60;

/**
 * Started by a schedule: reads the stack file on its host as it is then, asks the stack's workflow for the run, and waits for its
 * end. The run is an ordinary one: frozen stacks refuse it, approvals are waited for, its failure is its own.
 */
export async function scheduled(input: ScheduledInput): Promise<ScheduledOutcome> {
  requireShape(requests.scheduledInput, input, 'the scheduled start');
  const dueAt = dueTime();
  const { stack, runbook, host } = input;
  const { description, remark } = await stackFileActivities(host).readStackFile({ stack, host });
  if (description === undefined) throw unknownStack(input);
  const remarks = [...(remark === undefined ? [] : [remark]), ...(await applied(description))];

  const entry = entryOf(description.schedule, runbook);
  if (entry === undefined) return { state: 'gone', dueAt: isoTime(dueAt), remarks };
  const submitted = await submit(description, entry, dueAt);
  const lateSeconds = Math.round(
    (Date.now() - dueAt.getTime() - entry.jitterSeconds * 1000) / 1000,
  );
  const begun = {
    dueAt: isoTime(dueAt),
    ...(lateSeconds < LATE_FROM_SECONDS ? {} : { lateSeconds }),
    remarks,
  };
  if ('coveredBy' in submitted) return { state: 'covered', run: submitted.coveredBy, ...begun };
  const { run } = submitted;
  const { outcome } = await runActivities().awaitRun.executeWithOptions(
    { summary: `wait for the end of ${run}` },
    [{ run }],
  );
  return { state: 'ran', run, outcome, ...begun };
}

/** Its own start too is how a change of the file is seen. */
async function applied({ name, host, schedule }: StackDescription): Promise<string[]> {
  const changes = await scheduleActivities().applySchedules({
    stack: { name, host, ...(schedule && { schedule }) },
  });
  return changes.filter(({ change }) => change !== 'unchanged').map(changeWords);
}

function changeWords({ runbook, change }: AppliedSchedule): string {
  return `the schedule of ${runbook} was ${change}, as the stack file says now`;
}

function submit(stack: StackDescription, entry: ScheduleEntry, dueAt: Date) {
  const request = dueRequest(stack, entry);
  if (request === undefined) throw notSchedulable(entry);
  const requestId = workflowInfo().runId;
  return scheduleActivities().submitScheduled({ request, requestId, dueAt: isoTime(dueAt) });
}

function dueTime(): Date {
  const { typedSearchAttributes, startTime } = workflowInfo();
  return typedSearchAttributes.get(DUE) ?? startTime;
}

function isoTime(time: Date): string {
  return time.toISOString();
}

function unknownStack({ stack, host }: ScheduledInput) {
  return preconditionFailed({
    obstacle: `host ${host} has never seen a valid stack file of ${stack}`,
    advice: 'Run `pawl schedule apply` beside the stack file.',
  });
}

function notSchedulable({ runbook }: ScheduleEntry) {
  return preconditionFailed({
    obstacle: `this version starts no ${runbook} by itself`,
    advice: 'Upgrade pawl on every host (`pawl version` shows each).',
  });
}
