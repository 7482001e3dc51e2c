import { defineRunbook } from '../define-runbook';
import type { DeployOptions } from '../model/options';
import type { ReleasedOutcome } from '../model/outcome';
import type { DeployPlan } from '../model/plans';

interface Types {
  readonly options: DeployOptions;
  readonly plan: DeployPlan;
  readonly outcome: ReleasedOutcome;
}

export const DEPLOY = defineRunbook<Types>()({
  name: 'deploy',
  admission: 'exclusive',
  freezable: true,
  schedulable: false,
  approvable: true,
  holdable: true,
  needs: 'deploy',
  options: ({ z, service, filled, text }) =>
    z.strictObject({
      images: z.record(service, filled),
      build: z.strictObject({ push: z.boolean() }).exactOptional(),
      planHash: text.exactOptional(),
    }),
});
