import type { ApprovalState } from '../../workflows/model/approval';
import type { HeldStep } from '../../workflows/model/hold';
import { whoMay } from '../../workflows/plan/judge-approval';

/** `approval by anna, ben: 0 of 1 given, until …`, and how to give it. */
export function approvalWords(run: string, approval: ApprovalState): string {
  const { given, required, requestedBy, expiresAt } = approval;
  const names = whoMay(approval, requestedBy).join(', ');
  return `approval by ${names}: ${given.length} of ${required} given, until ${expiresAt} (\`pawl approve ${run}\`)`;
}

/** `a person: "gate after …" has failed: … `, and how to decide. */
export function holdWords(run: string, { title, failure, ways }: HeldStep, count: number): string {
  const more = count === 1 ? '' : `, and ${count - 1} more`;
  return `a person: "${title}" has failed: ${failure}${more} (\`pawl resolve ${run} ${ways.join('|')}\`)`;
}
