import {
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  WorkflowFailedError,
  type ScheduleDescription,
  type ScheduleHandle,
} from '@temporalio/client';
import { SCHEDULABLE } from '../../workflows/catalogue';
import { isAsked, isMark } from '../../workflows/model/seal';
import {
  scheduleId,
  type ScheduledInput,
  type ScheduledOutcome,
} from '../../workflows/model/schedule';
import { ClientError } from '../client-error';
import { EXIT_CODES } from '../exit-codes';
import { isNotFound } from './errors';
import { readFailure } from './read-failure';
import type { Session } from './session';

/** How often it was started is Temporal's to know; how the last one ended, that one's workflow. */
export interface ScheduleState {
  readonly runbook: string;
  /** Of `cron`, as it is written; UTC when absent. */
  readonly zone?: string;
  readonly paused: boolean;
  /** Who paused it, and why. */
  readonly note?: string;
  /** ISO 8601, UTC; the first of them first. With `jitter`, as it was drawn. Empty while it is paused. */
  readonly next: readonly string[];
  readonly last?: LastStart;
  /** Starts that were due while the server was away, and were not made up for. */
  readonly missed: number;
}

export interface LastStart {
  /** ISO 8601, UTC. */
  readonly dueAt: string;
  readonly startedAt: string;
  /** `running`, `done`, `failed`, `cancelled`, `terminated`; `covered` by another run; `gone` from the stack file. */
  readonly outcome: string;
  readonly run?: string;
  readonly lateSeconds?: number;
  /** Why it failed, or what was not as it should be. */
  readonly remarks: readonly string[];
}

/** As its schedule has been described; undefined where there is none. */
export async function describeSchedule(
  session: Session,
  stack: string,
  runbook: string,
): Promise<ScheduleDescription | undefined> {
  try {
    return await session.call(() => handleOf(session, stack, runbook).describe());
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

/** What a schedule starts with; undefined of what was not sealed with the key of this installation. */
export function inputOf({ action }: ScheduleDescription): ScheduledInput | undefined {
  const [envelope] = (action.args ?? []) as readonly unknown[];
  if (!isAsked(envelope) || isMark(envelope)) return undefined;
  return envelope.args[0] as ScheduledInput | undefined;
}

/** Every schedule that the stack has, whatever its stack file says now. */
export async function readSchedules(
  session: Session,
  stack: string,
  runbooks: readonly string[] = SCHEDULABLE,
): Promise<readonly ScheduleState[]> {
  const states = await Promise.all(
    runbooks.map(async (runbook) => {
      const description = await describeSchedule(session, stack, runbook);
      return description && stateOf(session, runbook, description);
    }),
  );
  return states.flatMap((state) => state ?? []);
}

export function pauseSchedule(
  session: Session,
  stack: string,
  runbook: string,
  note: string,
): Promise<void> {
  return patch(session, stack, runbook, (handle) => handle.pause(note));
}

export function resumeSchedule(
  session: Session,
  stack: string,
  runbook: string,
  note: string,
): Promise<void> {
  return patch(session, stack, runbook, (handle) => handle.unpause(note));
}

/** Behind the one that is still at work. */
export function triggerSchedule(session: Session, stack: string, runbook: string): Promise<void> {
  return patch(session, stack, runbook, (handle) =>
    handle.trigger(ScheduleOverlapPolicy.BUFFER_ONE),
  );
}

export function backfillSchedule(
  session: Session,
  stack: string,
  runbook: string,
  between: { readonly start: Date; readonly end: Date },
): Promise<void> {
  return patch(session, stack, runbook, (handle) =>
    handle.backfill({ ...between, overlap: ScheduleOverlapPolicy.BUFFER_ONE }),
  );
}

/** Throws: ClientError, where there is no such schedule */
async function patch(
  session: Session,
  stack: string,
  runbook: string,
  change: (handle: ScheduleHandle) => Promise<void>,
): Promise<void> {
  try {
    await session.call(() => change(handleOf(session, stack, runbook)));
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    throw new ClientError(EXIT_CODES.failed, `${stack} has no schedule of ${runbook}.`, {
      advice: '`pawl schedule apply` makes those of the stack file.',
      reason: 'not-found',
      cause: error,
    });
  }
}

function handleOf({ client }: Session, stack: string, runbook: string): ScheduleHandle {
  return client.schedule.getHandle(scheduleId(stack, runbook));
}

async function stateOf(
  session: Session,
  runbook: string,
  { spec, state, info }: ScheduleDescription,
): Promise<ScheduleState> {
  const { timezone } = spec;
  const last = await lastStart(session, info.recentActions.at(-1));
  return {
    runbook,
    ...(timezone ? { zone: timezone } : {}),
    paused: state.paused,
    ...(state.paused && state.note ? { note: state.note } : {}),
    next: state.paused ? [] : info.nextActionTimes.map((time) => time.toISOString()),
    ...(last && { last }),
    missed: info.numActionsMissedCatchupWindow,
  };
}

type Action = ScheduleDescription['info']['recentActions'][number];

async function lastStart(
  session: Session,
  action: Action | undefined,
): Promise<LastStart | undefined> {
  if (action === undefined) return undefined;
  const { workflowId } = action.action.workflow;
  const times = {
    dueAt: action.scheduledAt.toISOString(),
    startedAt: action.takenAt.toISOString(),
  };
  const handle = session.client.workflow.getHandle(workflowId);
  try {
    const { status } = await session.call(() => handle.describe());
    if (status.name === 'RUNNING') return { ...times, outcome: 'running', remarks: [] };
    const result = (await session.call(() => handle.result())) as ScheduledOutcome;
    const { state, outcome = state, run, lateSeconds, remarks } = result;
    return {
      ...times,
      outcome: state === 'ran' ? outcome : state,
      ...(run === undefined ? {} : { run }),
      ...(lateSeconds === undefined ? {} : { lateSeconds }),
      remarks,
    };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    const failed = failureOf(error);
    if (failed === undefined) throw error;
    return { ...times, outcome: 'failed', remarks: [failed] };
  }
}

/** Undefined of anything but the end of a workflow. */
function failureOf(error: unknown): string | undefined {
  const cause = error instanceof ClientError ? error.cause : error;
  if (!(cause instanceof WorkflowFailedError)) return undefined;
  return readFailure(cause).message;
}
