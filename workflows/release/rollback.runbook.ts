import { defineRunbook } from '../define-runbook';
import type { RollbackOptions } from '../model/options';
import type { ReleasedOutcome } from '../model/outcome';
import type { RollbackPlan } from '../model/plans';

interface Types {
  readonly options: RollbackOptions;
  readonly plan: RollbackPlan;
  readonly outcome: ReleasedOutcome;
}

export const ROLLBACK = defineRunbook<Types>()({
  name: 'rollback',
  admission: 'exclusive',
  freezable: true,
  schedulable: false,
  approvable: true,
  holdable: true,
  needs: 'deploy',
  options: ({ z, list, filled, text }) =>
    z.strictObject({
      to: z.int().min(1).exactOptional(),
      schema: z.enum(['keep', 'down', 'restore']).exactOptional(),
      leaveOut: list(filled).exactOptional(),
      confirmation: text.exactOptional(),
      planHash: text.exactOptional(),
    }),
});
