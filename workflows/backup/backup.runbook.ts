import { defineRunbook } from '../define-runbook';
import type { BackupOptions } from '../model/options';
import type { BackupOutcome } from '../model/outcome';
import type { BackupPlan } from '../model/plans';

interface Types {
  readonly options: BackupOptions;
  readonly plan: BackupPlan;
  readonly outcome: BackupOutcome;
}

export const BACKUP = defineRunbook<Types>()({
  name: 'backup',
  admission: 'shared',
  freezable: true,
  schedulable: true,
  approvable: true,
  holdable: true,
  options: ({ z, list, name }) => z.strictObject({ only: list(name), initialise: z.boolean() }),
});
