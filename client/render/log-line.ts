import type { LogLine } from '../temporal/history-log';
import { formatTime, printable } from './format';

/** `2026-11-21 03:00:05 +01:00  back-up:accounts  done: Back up accounts`; never cut: it is for logs. */
export function renderLogLine({ at, step, text }: LogLine): string {
  const where = step === undefined ? '' : `${printable(step)}  `;
  return `${formatTime(at)}  ${where}${printable(text)}`;
}
