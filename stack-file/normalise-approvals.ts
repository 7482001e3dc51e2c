import type { ApprovalPolicies, ApprovalPolicy } from '../workflows/model/approval';
import { requireSeconds } from './duration';
import type { StackDocument } from './schema';

type PolicyDocument = NonNullable<NonNullable<StackDocument['approvals']>['deploy']>;

/** Absent when no runbook waits for people. */
export function normaliseApprovals({
  approvals = {},
}: StackDocument): ApprovalPolicies | undefined {
  const policies = Object.entries(approvals).flatMap(([runbook, policy]) =>
    policy === undefined ? [] : [[runbook, normalisePolicy(policy)] as const],
  );
  return policies.length === 0 ? undefined : Object.fromEntries(policies);
}

function normalisePolicy({ required, from, expires, self }: PolicyDocument): ApprovalPolicy {
  return { required, from, expiresSeconds: requireSeconds(expires), self };
}
