import type { ReleasedOutcome } from '../model/outcome';
import type { DeployPlan, ForgetPlan, RollbackPlan } from '../model/plans';
import { preconditionFailed } from '../run/failures';
import type { Run } from '../run/runbook';
import { isSwitched, type Placement } from './placement';
import type { PutInPlace } from './put-in-place';

/** What was shown is what is done: a tag that has moved since, or another release, must not slip in. */
export function requireSamePlan(
  plan: DeployPlan | RollbackPlan | ForgetPlan,
  shown: string | undefined,
): void {
  if (shown === undefined || shown === plan.hash) return;
  throw preconditionFailed({
    obstacle: `the plan is no longer the one that was shown: it was ${shown.slice(0, 12)} and is ${plan.hash.slice(0, 12)}`,
    advice: `Look at it again with \`pawl plan ${plan.runbook}\`: an image's tag may have moved, or another run has changed what runs.`,
  });
}

/** What a release came to. */
export function releasedOutcome(
  run: Run,
  plan: DeployPlan | RollbackPlan,
  { release, before, services }: Placement,
  ended: PutInPlace & {
    readonly warmUntil: string | undefined;
    readonly schemaHead: string | undefined;
    readonly recoveryPoint?: string | undefined;
    /** Until when what data replaced is kept. */
    readonly keptUntil?: string | undefined;
  },
): ReleasedOutcome {
  const { canary, gapSeconds, notes, warmUntil, schemaHead, recoveryPoint, keptUntil } = ended;
  return {
    ...{ state: 'done', runbook: plan.runbook, run: run.reference.id, release },
    ...(before === undefined ? {} : { replaced: before }),
    ...noWayBack(plan),
    services: services.map((placed) => {
      const { service, strategy } = placed.deployment;
      const image = plan.services.find((one) => one.service === service)?.image.pinned ?? '';
      return { service, strategy, image, ...(isSwitched(placed) ? { slot: placed.slot } : {}) };
    }),
    canary,
    ...(warmUntil === undefined ? {} : { warmUntil }),
    ...(schemaHead === undefined ? {} : { schemaHead }),
    ...(recoveryPoint === undefined ? {} : { recoveryPoint }),
    ...(keptUntil === undefined ? {} : { keptUntil }),
    ...(gapSeconds === 0 ? {} : { gapSeconds }),
    notes,
  };
}

/** What plain Compose ran has no slots to go back to. */
function noWayBack(plan: DeployPlan | RollbackPlan): Pick<ReleasedOutcome, 'noWayBack'> {
  if (plan.runbook === 'rollback') {
    const { way } = plan.schema;
    return way === 'down' || way === 'restore' ? { noWayBack: 'schema-taken-down' } : {};
  }
  return plan.services.some(({ adopts }) => adopts) ? { noWayBack: 'plain-compose' } : {};
}
