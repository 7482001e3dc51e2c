import { defineRunbook } from '../define-runbook';
import type { RestoreOptions } from '../model/options';
import type { RestoreOutcome } from '../model/outcome';
import type { RestorePlan } from '../model/plans';

interface Types {
  readonly options: RestoreOptions;
  readonly plan: RestorePlan;
  readonly outcome: RestoreOutcome;
}

export const RESTORE = defineRunbook<Types>()({
  name: 'restore',
  admission: 'exclusive',
  freezable: true,
  schedulable: false,
  approvable: true,
  holdable: true,
  options: ({ z, list, filled, text }) =>
    z.strictObject({
      point: z.union([
        z.strictObject({ newest: z.literal(true) }),
        z.strictObject({ id: filled }),
        z.strictObject({ at: filled }),
      ]),
      only: list(filled),
      into: filled.exactOptional(),
      leaveOut: list(filled).exactOptional(),
      confirmation: text.exactOptional(),
    }),
});
