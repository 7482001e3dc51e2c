import { showTimes } from '../../workflows/model/times-in-text';

export { formatCount } from '../../workflows/model/format-count';

export { formatBytes } from '../../workflows/model/format-bytes';

export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${(Math.floor(Math.max(0, seconds) * 10) / 10).toFixed(1)} s`;
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${pad(whole % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${pad(minutes % 60)} min`;
  const days = `${Math.floor(hours / 24)} d`;
  return hours % 24 === 0 ? days : `${days} ${hours % 24} h`;
}

/** Local time: `2026-11-21 03:00:05`; of today only `03:00:05`. JSON output has ISO 8601 instead. */
export function formatTime(iso: string, now = Date.now()): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const isToday = time.toDateString() === new Date(now).toDateString();
  return isToday ? formatClock(time) : formatFullTime(iso);
}

/** Local time with its date, whatever day it is: for lists, and for `--at`. */
export function formatFullTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const date = [time.getFullYear(), pad(time.getMonth() + 1), pad(time.getDate())].join('-');
  return `${date} ${formatClock(time)}`;
}

/** `2 h ago`. Clocks of two machines differ: what is in the future is just now. */
export function formatAge(iso: string, now: number): string {
  const seconds = Math.floor((now - Date.parse(iso)) / 1000);
  if (Number.isNaN(seconds)) return iso;
  if (seconds < 10) return 'just now';
  const ages = [
    [86_400 * 2, 86_400, 'd'],
    [3600 * 2, 3600, 'h'],
    [120, 60, 'min'],
  ] as const;
  const [, length, unit] = ages.find(([from]) => seconds >= from) ?? [0, 1, 's'];
  return `${Math.floor(seconds / length)} ${unit} ago`;
}

/** The times in a text of a workflow or a step, as all others here. */
export function withLocalTimes(text: string): string {
  return showTimes(text, (iso) => formatTime(iso));
}

/** `03:00:05`, local. */
export function formatClock(time: Date): string {
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(pad).join(':');
}

/** Fits a line of printable text into the terminal. */
export function cut(text: string, width: number): string {
  const characters = Array.from(text);
  if (characters.length <= width) return text;
  return `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** Breaks a line of printable text between words, each line within `width`; longer words are broken too. */
export function wrapHard(text: string, width: number): string[] {
  return wrap(text, width).flatMap((line) => {
    const characters = Array.from(line);
    const pieces = Math.max(1, Math.ceil(characters.length / width));
    return Array.from({ length: pieces }, (_, index) =>
      characters.slice(index * width, (index + 1) * width).join(''),
    );
  });
}

/** Breaks a line of printable text between words; a word that is too long, such as a path, stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.pop() ?? '';
    const longer = last === '' ? word : `${last} ${word}`;
    lines.push(...(Array.from(longer).length <= width || last === '' ? [longer] : [last, word]));
  }
  return lines;
}

/** One line without control characters: names come from databases and may hold escape sequences. */
export function printable(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(/\p{Cc}/gu, '\u{fffd}');
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

export function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
