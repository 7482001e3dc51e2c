import { defineRunbook } from '../define-runbook';
import type { MaintenanceOptions } from '../model/options';
import type { MaintenanceOutcome } from '../model/outcome';
import type { MaintenancePlan } from '../model/plans';

interface Types {
  readonly options: MaintenanceOptions;
  readonly plan: MaintenancePlan;
  readonly outcome: MaintenanceOutcome;
}

export const MAINTENANCE = defineRunbook<Types>()({
  name: 'maintenance',
  admission: 'beside',
  freezable: false,
  schedulable: false,
  approvable: false,
  // It has nothing to undo, and must not be waited for.
  holdable: false,
  needs: 'deploy',
  options: ({ z, list, service, text }) =>
    z.strictObject({
      turn: z.enum(['on', 'off']),
      only: list(service),
      message: text.exactOptional(),
    }),
});
