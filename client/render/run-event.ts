import type { RunEvent } from '../follow/run-events';
import type { StepView } from '../follow/run-view';
import { formatClock, printable, withLocalTimes } from './format';
import { describeResult, describeRetry, MARKS, stepDuration } from './steps';

/** One line for a log: `03:00:05 ✓ Back up accounts: 1.2 GB (12.3 s)`. */
export function renderRunEvent(event: RunEvent, at: Date): string {
  return `${formatClock(at)} ${words(event, at.getTime())}`;
}

function words(event: RunEvent, now: number): string {
  switch (event.event) {
    case 'queued':
      return `waits behind ${event.behind.join(', ')}`;
    case 'started':
      return `${event.runbook} started`;
    case 'phase':
      return `phase: ${event.phase}`;
    case 'step':
      return stepWords(event.step, now);
    case 'retry':
      return `↻ ${printable(event.step.title)}: ${describeRetry(event.step)}`;
    case 'waiting':
      return `waiting for ${withLocalTimes(printable(event.waitingFor))}`;
    case 'resumed':
      return 'goes on';
  }
}

function stepWords(step: StepView, now: number): string {
  const title = `${MARKS[step.state]} ${printable(step.title)}`;
  if (step.state === 'running') return title;
  const detail = describeResult(step);
  const duration = stepDuration(step, now);
  return `${title}${detail ? `: ${detail}` : ''}${duration ? ` (${duration})` : ''}`;
}
