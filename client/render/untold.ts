import type { Untold } from '../temporal/untold';
import { formatTime } from './format';

/** `ops: 2 notices since 03:15:00, the newest of melvin/42 (failed): …`, without a full stop. */
export function describeUntold({ channel, count, since, run, event, reason }: Untold): string {
  const all = count === 1 ? 'one notice' : `${count} notices`;
  return `${channel}: ${all} since ${formatTime(since)}, the newest of ${run} (${event}): ${reason}`;
}

export function untoldAdvice({ channel, isTriedAgain }: Untold): string {
  const again = isTriedAgain ? 'It is tried again for a day. ' : '';
  return `${again}\`pawl notify test ${channel}\` tries the channel out.`;
}
