import type { ApprovalState } from '../../workflows/model/approval';
import type { HeldStep } from '../../workflows/model/hold';
import type { RunProgress } from '../../workflows/model/run';
import { whoMay } from '../../workflows/run/people/judge-approval';

/** A run that does not go on before a person says something: what, who, and by which command. */
export interface PersonWait {
  readonly run: string;
  readonly waits: 'approval' | 'decision';
  /** Who may answer; absent where anybody may. */
  readonly by?: readonly string[];
  /** One sentence for people. */
  readonly text: string;
  readonly command: string;
}

/** Undefined when it waits for nobody. */
export function personWait({
  run,
  phase,
  approval,
  held = [],
}: RunProgress): PersonWait | undefined {
  const [first] = held;
  if (first !== undefined) {
    return {
      ...{ run, waits: 'decision', text: heldText(first, held.length) },
      command: `pawl resolve ${run} ${first.ways.join('|')}`,
    };
  }
  if (phase !== 'approve' || approval === undefined) return undefined;
  return {
    ...{ run, waits: 'approval', by: whoMay(approval, approval.requestedBy) },
    ...{ text: approvalText(approval), command: `pawl approve ${run}` },
  };
}

/** `approval by anna, ben: 0 of 1 given, until …`, and how to give it. */
export function waitingWords({ text, command }: PersonWait): string {
  return `${text} (\`${command}\`)`;
}

function approvalText(approval: ApprovalState): string {
  const { given, required, requestedBy, expiresAt } = approval;
  const names = whoMay(approval, requestedBy).join(', ');
  return `approval by ${names}: ${given.length} of ${required} given, until ${expiresAt}`;
}

/** `a decision: "post-release check …" failed: …` */
function heldText({ title, failure }: HeldStep, count: number): string {
  const more = count === 1 ? '' : `, and ${count - 1} more`;
  return `a decision: "${title}" failed: ${failure}${more}`;
}
