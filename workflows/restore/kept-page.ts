import type { KeptPart, KeptState } from '../model/kept';
import { escapeMarkdown, pageTime } from '../run/markdown';
import { fold } from '../run/run-page';

/** Temporal's UI passes the page on in a URL. */
const LONGEST_LIST = 3000;

const MARK: Readonly<Record<KeptPart['state'], string>> = {
  kept: '○',
  dropping: '▶',
  dropped: '✔',
  failed: '✘',
};

/** The page of what a restore kept, in Markdown; what needs a person comes first. */
export function keptPage({ run, since, until, confirmedBy, parts }: KeptState): string {
  const failed = parts.filter(({ state }) => state === 'failed');
  const others = parts.filter(({ state }) => state !== 'failed');
  const told = confirmedBy === undefined ? '' : `, confirmed by ${escapeMarkdown(confirmedBy)}`;
  const head = [
    `## What ${escapeMarkdown(run)} replaced`,
    `Kept since ${pageTime(since)}, until ${pageTime(until)}${told}.`,
    ...(failed.length > 0 ? [`What could not be dropped is tried again every day.`] : []),
    `\`pawl restore confirm ${run}\` drops it now.`,
  ];
  return `${head.join('\n\n')}\n\n${fold([...failed, ...others].map(line), LONGEST_LIST)}`;
}

function line({ name, keptAs, state, reason }: KeptPart): string {
  const why = reason === undefined ? '' : `: ${escapeMarkdown(reason)}`;
  return `${MARK[state]} ${escapeMarkdown(keptAs)} (${escapeMarkdown(name)}), ${state}${why}`;
}
