import type { ApprovalState } from '../../workflows/model/approval';
import { whoMay } from '../../workflows/plan/judge-approval';

/** `approval by anna, ben: 0 of 1 given, until …`, and how to give it. */
export function approvalWords(run: string, approval: ApprovalState): string {
  const { given, required, requestedBy, expiresAt } = approval;
  const names = whoMay(approval, requestedBy).join(', ');
  return `approval by ${names}: ${given.length} of ${required} given, until ${expiresAt} (\`pawl approve ${run}\`)`;
}
