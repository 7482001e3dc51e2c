import { defineRunbook } from '../define-runbook';
import type { ForgetOptions } from '../model/options';
import type { ForgetOutcome } from '../model/outcome';
import type { ForgetPlan } from '../model/plans';

interface Types {
  readonly options: ForgetOptions;
  readonly plan: ForgetPlan;
  readonly outcome: ForgetOutcome;
}

export const FORGET = defineRunbook<Types>()({
  name: 'forget',
  admission: 'exclusive',
  freezable: false,
  schedulable: false,
  approvable: false,
  // What may be released only so may be given back only so.
  governedBy: 'deploy',
  holdable: true,
  needs: 'deploy',
  options: ({ z, text }) => z.strictObject({ planHash: text.exactOptional() }),
});
