import type { ApprovalState } from '../../model/approval';
import { whoMay } from './judge-approval';
import { escapeMarkdown, firstCharacters, pageTime } from '../markdown';

const NAMES_SHOWN = 300;
const NOTES_SHOWN = 400;

/** What a run's page in Temporal's UI says while it waits: who may answer what, and how, there and in a terminal. */
export function approvalLines(run: string, approval: ApprovalState): string {
  const { planHash, required, given, requestedBy, expiresAt, notes } = approval;
  const names = whoMay(approval, requestedBy).join(', ');
  const answer = `{"by": "YOUR NAME", "planHash": "${planHash}", "message": "why"}`;
  return [
    `**Waits for approval** by ${short(names, NAMES_SHOWN)}: ${given.length} of ${required} given, until ${pageTime(expiresAt)}. Requested by ${short(requestedBy, NAMES_SHOWN)}.`,
    ...given.map(
      ({ by, message = '' }) =>
        `Approved by ${short(by, NAMES_SHOWN)}: ${short(message, NAMES_SHOWN)}`,
    ),
    ...(notes.length > 0 ? [short(notes.join(' '), NOTES_SHOWN)] : []),
    `\`pawl approve ${run}\`, or here: send the Update \`approve\` (or \`reject\`) with`,
    `\`${answer}\``,
    '',
  ].join('\n\n');
}

function short(text: string, most: number): string {
  return escapeMarkdown(firstCharacters(text, most));
}
