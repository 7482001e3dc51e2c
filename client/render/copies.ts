import type { CopyOutcome, CopyTrouble } from '../../workflows/model/copy';
import type { CopyStatus } from '../status/copy-status';
import { formatAge, formatCount, formatTime, printable } from './format';

/** A keeper that has ended: its copy held everything that can be copied. */
export function renderCopied({ copy, copied, skipped }: CopyOutcome): string {
  const now =
    copied.length === 0 ? 'nothing was lacking' : `${formatCount(copied.length, 'point')} copied`;
  const left = skipped.map(({ id, reason }) => `  not copied: ${printable(`${id}: ${reason}`)}`);
  return [`${copy}: ${now}`, ...left].join('\n');
}

/** One that has failed goes on by itself. */
export function renderTrouble(copy: string, { reason, advice, tries, since }: CopyTrouble): string {
  const often = tries === 1 ? '' : ` (${tries} times since ${formatTime(since)})`;
  const lines = [
    `${copy}: ${printable(reason)}${often}`,
    ...(advice === undefined ? [] : [`  ${printable(advice)}`]),
    '  It is tried again by itself, and with the next point.',
  ];
  return lines.join('\n');
}

/** One line of `pawl status`, and whether somebody should look. Pure: `now` is in milliseconds since 1970. */
export function describeCopy(
  { name, away, lacking, work }: CopyStatus,
  now: number,
): { readonly text: string; readonly lags: boolean } {
  if (away !== undefined) return { text: `${name} cannot be read: ${away}`, lags: true };
  const oldest = lacking.at(-1);
  if (oldest === undefined) return { text: `${name} holds every whole point`, lags: false };
  const points = `${formatCount(lacking.length, 'point')}, the oldest of ${formatAge(oldest.takenAt, now)}`;
  const why = whyLacking(name, work);
  return {
    text: `${name} lacks ${points}: ${why}`,
    lags: work?.trouble !== undefined || work === undefined,
  };
}

function whyLacking(name: string, work: CopyStatus['work']): string {
  if (work === undefined) return `nothing is at work on it; \`pawl copy ${name}\` copies them`;
  const { trouble } = work;
  if (trouble === undefined) return 'being copied';
  const often =
    trouble.tries === 1 ? '' : `, ${trouble.tries} tries since ${formatTime(trouble.since)}`;
  return `${trouble.reason}${often}`;
}
