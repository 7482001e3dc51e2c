import type { LogLine } from '../temporal/history-log';
import { formatFullTime, printable } from './format';

/** `2026-11-21 03:00:05  back-up:accounts  done: Back up accounts`; never cut: it is for logs. */
export function renderLogLine({ at, step, text }: LogLine): string {
  const where = step === undefined ? '' : `${printable(step)}  `;
  return `${formatFullTime(at)}  ${where}${printable(text)}`;
}
