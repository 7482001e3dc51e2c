import type { ApprovalState, GivenAnswer } from '../../workflows/model/approval';
import { whoMay } from '../../workflows/run/people/judge-approval';
import type { WaitingRun } from '../temporal/approvals';
import { formatCount, formatTime, printable } from './format';
import { renderTable } from './table';

/** Enough to tell two plans apart by eye; JSON has it whole. */
const SHOWN_HASH = 12;
const STEPS_SHOWN = 40;

/** Runs that wait for people: one line each. */
export function renderWaitingRuns(all: readonly WaitingRun[], width = Infinity): string {
  const rows = all.map(({ run, runbook, approval }) => [
    ...[run, runbook, approval.planHash.slice(0, SHOWN_HASH), approval.requestedBy],
    ...[formatTime(approval.since), formatTime(approval.expiresAt)],
    `${approval.given.length} of ${approval.required}`,
    whoMay(approval, approval.requestedBy).join(', '),
  ]);
  const head = ['run', 'runbook', 'plan', 'requested by', 'since', 'expires', 'given', 'by'];
  return [
    renderTable(head, rows, width),
    '`pawl approve RUN` shows what it would do, and asks; `pawl reject RUN -m "why"` ends it.',
  ].join('\n');
}

/** What a person is asked to say yes to. */
export function renderQuestion({ run, runbook, approval, steps }: WaitingRun): string {
  const { planHash, requestedBy, required, given, expiresAt, notes } = approval;
  const shown = steps.slice(0, STEPS_SHOWN);
  const more = steps.length - shown.length;
  return [
    `Plan ${planHash.slice(0, SHOWN_HASH)}: ${runbook}, ${run}, requested by ${printable(requestedBy)}`,
    'Steps:',
    ...shown.map((title, index) => `  ${index + 1}. ${printable(title)}`),
    ...(more > 0 ? [`  and ${formatCount(more, 'step')} more`] : []),
    ...(notes.length > 0 ? ['Note:', ...notes.map((note) => `  ${printable(note)}`)] : []),
    ...answerLines(approval),
    `${given.length} of ${required} given, until ${formatTime(expiresAt)}.`,
  ].join('\n');
}

/** Who has said what. */
export function answerLines(approval: ApprovalState | undefined): string[] {
  if (approval === undefined) return [];
  const { given, rejectedBy } = approval;
  return [
    ...given.map((one) => `approved ${answerWords(one)}`),
    ...(rejectedBy === undefined ? [] : [`rejected ${answerWords(rejectedBy)}`]),
  ];
}

/** What became of the run by an answer that was taken. */
export function renderTaken(run: string, { given, required, rejectedBy }: ApprovalState): string {
  if (rejectedBy !== undefined) return `${run} is rejected; nothing was changed.`;
  const missing = required - given.length;
  if (missing <= 0) return `${run} is approved, and goes on.`;
  return `${run} has your approval; ${formatCount(missing, 'more person', 'more people')} must approve it.`;
}

function answerWords({ by, at, message }: GivenAnswer): string {
  const why = message === undefined ? '' : `: ${printable(message)}`;
  return `by ${printable(by)}, ${formatTime(at)}${why}`;
}
