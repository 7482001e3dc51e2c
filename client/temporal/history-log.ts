import { defaultPayloadConverter } from '@temporalio/common';
import { tsToMs } from '@temporalio/common/lib/time';
import type { temporal } from '@temporalio/proto';
import { deepestMessage } from './proto-failure';

type Event = temporal.api.history.v1.IHistoryEvent;

/** One line of `pawl logs`. */
export interface LogLine {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** `scheduled`, `started`, `failed`, … : what happened. */
  readonly what: string;
  /** Id of the step; absent when it concerns the run. */
  readonly step?: string;
  readonly attempt?: number;
  /** With `what` = `output`: the container that wrote it. */
  readonly container?: string;
  readonly text: string;
}

/**
 * Turns a run's history into lines. Temporal writes an activity's start only when the attempt is over that ended it, with
 * the failure of the attempt before: earlier attempts show through that, and starts come late in a history.
 */
export class HistoryLog {
  readonly #steps = new Map<string, { id: string; title: string }>();

  /** Lines of events, in the order of time; none for Temporal's own bookkeeping. */
  lines(events: readonly Event[]): LogLine[] {
    const lines = events.flatMap((event) => this.#linesOf(event));
    return lines.sort((a, b) => a.at.localeCompare(b.at));
  }

  #linesOf(event: Event): LogLine[] {
    const at = new Date(event.eventTime ? tsToMs(event.eventTime) : 0).toISOString();
    return [...this.#stepLines(event), ...runLines(event)].map((line) => ({ at, ...line }));
  }

  #stepLines(event: Event): Omit<LogLine, 'at'>[] {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) {
      const id = scheduled.activityId ?? '';
      const title = summaryOf(event) ?? scheduled.activityType?.name ?? id;
      this.#steps.set(String(event.eventId), { id, title });
      return [{ what: 'scheduled', step: id, text: `scheduled: ${title}` }];
    }
    const ended = endedActivity(event);
    if (!ended) return this.#startLines(event);
    const { id, title } = this.#step(ended.scheduledEventId);
    const why = ended.failure ? `: ${deepestMessage(ended.failure)}` : `: ${title}`;
    return [{ what: ended.what, step: id, text: `${ended.what}${why}` }];
  }

  #startLines({ activityTaskStartedEventAttributes: started }: Event): Omit<LogLine, 'at'>[] {
    if (!started) return [];
    const { id } = this.#step(started.scheduledEventId);
    const attempt = started.attempt ?? 1;
    const failure = started.lastFailure ? deepestMessage(started.lastFailure) : '';
    const again = attempt > 1 ? `; the one before ended: ${failure}` : '';
    const by = started.identity ? ` by ${started.identity}` : '';
    const text = `attempt ${attempt} started${by}${again}`;
    return [{ what: 'started', step: id, attempt, text }];
  }

  #step(scheduledEventId: unknown): { id: string; title: string } {
    return this.#steps.get(String(scheduledEventId)) ?? { id: '?', title: '' };
  }
}

function endedActivity(event: Event) {
  const done = event.activityTaskCompletedEventAttributes;
  if (done) return { ...done, what: 'done', failure: undefined };
  const failed = event.activityTaskFailedEventAttributes;
  if (failed) return { ...failed, what: 'failed' };
  const timedOut = event.activityTaskTimedOutEventAttributes;
  if (timedOut) return { ...timedOut, what: 'timed out' };
  const cancelled = event.activityTaskCanceledEventAttributes;
  return cancelled ? { ...cancelled, what: 'cancelled', failure: undefined } : undefined;
}

/** What concerns the run as a whole. */
function runLines(event: Event): Omit<LogLine, 'at'>[] {
  const say = (what: string, text = what) => [{ what, text: `run ${text}` }];
  const failed = event.workflowExecutionFailedEventAttributes;
  if (failed)
    return say('failed', `failed: ${failed.failure ? deepestMessage(failed.failure) : ''}`);
  const terminated = event.workflowExecutionTerminatedEventAttributes;
  if (terminated) return say('terminated', `terminated: ${terminated.reason ?? ''}`);
  const defect = event.workflowTaskFailedEventAttributes;
  if (defect) {
    const why = defect.failure ? deepestMessage(defect.failure) : '';
    return [{ what: 'workflow task failed', text: `workflow task failed, tried again: ${why}` }];
  }
  if (event.workflowExecutionStartedEventAttributes) return say('started');
  if (event.workflowExecutionCompletedEventAttributes) return say('done');
  if (event.workflowExecutionTimedOutEventAttributes) return say('timed out');
  if (event.workflowExecutionCanceledEventAttributes) return say('cancelled');
  if (event.workflowExecutionCancelRequestedEventAttributes) {
    return say('cancel requested', 'cancellation requested');
  }
  return [];
}

function summaryOf({ userMetadata }: Event): string | undefined {
  const summary: unknown = userMetadata?.summary
    ? defaultPayloadConverter.fromPayload(userMetadata.summary)
    : undefined;
  return typeof summary === 'string' ? summary : undefined;
}
