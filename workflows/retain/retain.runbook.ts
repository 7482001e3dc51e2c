import { defineRunbook } from '../define-runbook';
import type { RetainOptions, RetainOutcome, RetainPlan } from '../model/retain';

interface Types {
  readonly options: RetainOptions;
  readonly plan: RetainPlan;
  readonly outcome: RetainOutcome;
}

export const RETAIN = defineRunbook<Types>()({
  name: 'retain',
  admission: 'shared',
  freezable: true,
  schedulable: true,
  approvable: true,
  holdable: true,
  options: ({ z }) => z.strictObject({ readAll: z.boolean() }),
});
