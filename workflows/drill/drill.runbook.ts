import { defineRunbook } from '../define-runbook';
import type { DrillOptions, DrillOutcome, DrillPlan } from '../model/drill';

interface Types {
  readonly options: DrillOptions;
  readonly plan: DrillPlan;
  readonly outcome: DrillOutcome;
}

export const DRILL = defineRunbook<Types>()({
  name: 'drill',
  admission: 'shared',
  freezable: true,
  schedulable: true,
  approvable: false,
  // It has nothing to undo but what it made for itself.
  holdable: false,
  options: ({ z, list, filled }) =>
    z.strictObject({
      point: z.union([
        z.strictObject({ choice: z.enum(['newest', 'oldest', 'random']) }),
        z.strictObject({ id: filled }),
      ]),
      only: list(filled),
    }),
});
