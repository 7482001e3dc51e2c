import { isOver } from './run-view';
import type { RunView, StepView } from './run-view';

/** One thing that changed in a run; a line in a pipe, a document with `--json`. */
export type RunEvent =
  | { readonly event: 'queued'; readonly behind: readonly string[] }
  | { readonly event: 'started'; readonly runbook: string }
  | { readonly event: 'phase'; readonly phase: string }
  | { readonly event: 'step'; readonly step: StepView }
  | { readonly event: 'retry'; readonly step: StepView }
  | { readonly event: 'waiting'; readonly waitingFor: string }
  | { readonly event: 'resumed' };

/** What `now` tells that `before` did not. Moving bytes are no event: they would fill a log with noise. */
export function eventsBetween(before: RunView | undefined, now: RunView): RunEvent[] {
  const began = queueEvents(before, now);
  const present = [...waitingEvents(before, now), ...phaseEvents(before, now)];
  const steps: RunEvent[] = now.steps.flatMap((step) =>
    stepEvents(
      before?.steps.find(({ id }) => id === step.id),
      step,
    ),
  );
  if (before !== undefined) return [...began, ...present, ...steps];
  // To who comes later, what has ended is past: how it is now comes after that.
  const isPast = (event: RunEvent): boolean => 'step' in event && event.step.state !== 'running';
  const past = steps.filter(isPast);
  return [...began, ...past, ...present, ...steps.filter((event) => !isPast(event))];
}

/** When it was, as the run tells; undefined where only the moment of looking is known. */
export function happenedAt(event: RunEvent, { startedAt }: RunView): Date | undefined {
  const at = event.event === 'started' ? startedAt : 'step' in event ? ownTime(event) : undefined;
  return at === undefined ? undefined : new Date(at);
}

/** That a step runs is so at the moment of looking. */
function ownTime({ event, step }: Extract<RunEvent, { step: StepView }>): string | undefined {
  return event === 'retry' ? undefined : step.endedAt;
}

function queueEvents(before: RunView | undefined, now: RunView): RunEvent[] {
  if (now.status === 'queued') {
    const same = before?.status === 'queued' && String(before.behind) === String(now.behind);
    return same || now.behind.length === 0 ? [] : [{ event: 'queued', behind: now.behind }];
  }
  const began = before === undefined || before.status === 'queued';
  return began && now.runbook ? [{ event: 'started', runbook: now.runbook }] : [];
}

function waitingEvents(before: RunView | undefined, now: RunView): RunEvent[] {
  if (before?.waitingFor === now.waitingFor) return [];
  if (now.waitingFor === undefined) return isOver(now.status) ? [] : [{ event: 'resumed' }];
  return [{ event: 'waiting', waitingFor: now.waitingFor }];
}

function phaseEvents(before: RunView | undefined, now: RunView): RunEvent[] {
  if (now.phase === undefined || now.phase === before?.phase || now.phase === 'ended') return [];
  return [{ event: 'phase', phase: now.phase }];
}

function stepEvents(before: StepView | undefined, step: StepView): RunEvent[] {
  const events: RunEvent[] = [];
  if (step.state !== 'waiting' && step.state !== before?.state) {
    events.push({ event: 'step', step });
  }
  const attempt = step.attempt ?? 1;
  if (attempt > 1 && attempt !== before?.attempt) events.push({ event: 'retry', step });
  return events;
}
