import type { EndedRun, Freeze, QueuedRun, QueueState } from '../model/queue';
import { escapeMarkdown, firstCharacters, pageTime, paragraph } from '../run/markdown';

/** The run's own page has the whole of it. */
const SUMMARY_SHOWN = 120;

/** The stack's page in Temporal's UI, in Markdown: what runs, what waits, how the last runs ended. */
export function stackPage({ stack, freeze, running, waiting, ended }: QueueState): string {
  const lines = [
    ...(freeze === undefined ? [] : [frozenLine(freeze)]),
    ...running.map((run) => `▶ ${link(stack, run)} ${openLine(run)}`),
    ...waiting.map((run) => `○ ${stack}/${run.number} waits: ${openLine(run)}`),
    ...(running.length + waiting.length === 0 ? ['Nothing runs, nothing waits.'] : []),
    ...ended.map((run) => `${markOf(run)} ${link(stack, run)} ${endedLine(run)}`),
  ];
  return `## ${stack}\n\n${paragraph(lines)}`;
}

/** Temporal's UI puts in the namespace. */
function link(stack: string, { number }: Pick<QueuedRun, 'number'>): string {
  const id = encodeURIComponent(`${stack}/${number}`);
  return `[${stack}/${number}](/namespaces/{namespace}/workflows/${id})`;
}

function frozenLine({ by, since, message }: Freeze): string {
  return `❄ frozen by ${escapeMarkdown(by)} since ${pageTime(since)}: ${escapeMarkdown(message)}`;
}

function openLine({ runbook, since, requestedBy }: QueuedRun): string {
  return `${runbook}, since ${pageTime(since)}, by ${escapeMarkdown(requestedBy)}`;
}

function markOf({ outcome }: EndedRun): string {
  return outcome === 'done' ? '✔' : '✘';
}

function endedLine({ runbook, outcome, endedAt, summary }: EndedRun): string {
  const why =
    outcome === 'done' || summary === outcome
      ? ''
      : `: ${escapeMarkdown(firstCharacters(summary, SUMMARY_SHOWN))}`;
  return `${runbook} ${outcome}, ${pageTime(endedAt)}${why}`;
}
