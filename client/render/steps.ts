import type { StepView } from '../follow/run-view';
import { formatBytes, formatDuration, printable, withLocalTimes } from './format';

export const MARKS: Readonly<Record<StepView['state'], string>> = {
  waiting: '·',
  running: '›',
  done: '✓',
  skipped: '-',
  failed: '✗',
  undone: '↶',
};

/** Before so much is done, a guess of the time left is off by minutes. */
const SHARE_TO_GUESS_FROM = 0.02;

/** `412 MB of 1.2 GB`, `34 %`, `57 MB/s`, `14 s left`, the most telling first; what is not known is left out. */
export function describeTransfer(step: StepView): string[] {
  const { bytes, expectedBytes, bytesPerSecond } = step;
  if (bytes === undefined || bytes === 0) return [];
  const words: string[] = [];
  // What a server expects is a guess: a dump may turn out bigger.
  if (expectedBytes && expectedBytes >= bytes) {
    words.push(`${formatBytes(bytes)} of ${formatBytes(expectedBytes)}`);
    words.push(`${Math.floor((bytes / expectedBytes) * 100)} %`);
  } else {
    words.push(formatBytes(bytes));
  }
  if (bytesPerSecond) {
    words.push(`${formatBytes(bytesPerSecond)}/s`);
    const left = ((expectedBytes ?? 0) - bytes) / bytesPerSecond;
    const isGuessable = bytes >= (expectedBytes ?? 0) * SHARE_TO_GUESS_FROM;
    if (left > 0 && isGuessable) words.push(`${formatDuration(left)} left`);
  }
  return words;
}

/** What a step that is over did, or why not. */
export function describeResult({ bytes, detail }: StepView): string {
  const words = [bytes ? formatBytes(bytes) : '', withLocalTimes(printable(detail ?? ''))];
  return words.filter(Boolean).join(', ');
}

/** Less is nothing. */
const WORTH_TELLING_SECONDS = 0.1;

/** How long the step took, or takes until `now` (milliseconds since 1970). */
export function stepDuration({ startedAt, endedAt }: StepView, now: number): string {
  if (startedAt === undefined) return '';
  const end = endedAt === undefined ? now : Date.parse(endedAt);
  const seconds = (end - Date.parse(startedAt)) / 1000;
  return seconds < WORTH_TELLING_SECONDS ? '' : formatDuration(seconds);
}

export function describeRetry({ attempt, lastFailure, unclaimed }: StepView): string {
  if (unclaimed === true) return 'waits for its host, which is busy with other steps or away';
  if (attempt === undefined || attempt < 2) return '';
  const why = lastFailure === undefined ? '' : `: ${printable(lastFailure)}`;
  return `attempt ${attempt}${why}`;
}
