import type { Deployment } from '../../model/deployment';
import type { PlannedService } from '../../model/plans';
import type { StackDescription } from '../../model/stack';
import type { ObservedRelease, ObservedService } from '../../plan/release/observed-release';
import type { PlacedService, Placement } from './placement';

/** What a plan puts in the place of what was observed. */
export function placementOf(
  stack: StackDescription,
  plan: { readonly services: readonly PlannedService[] },
  observed: ObservedRelease,
  release: number,
): Placement {
  const adopted = plan.services.some(({ adopts }) => adopts) ? release - 1 : undefined;
  const before = observed.stored.current ?? adopted;
  return {
    ...{ project: observed.project, release },
    ...(before === undefined ? {} : { before }),
    services: plan.services.flatMap((planned) => {
      const seen = observed.services.find(({ service }) => service === planned.service);
      const deployment = stack.deploy?.services.find(({ service }) => service === planned.service);
      return seen && deployment ? [place(planned, seen, deployment, release)] : [];
    }),
  };
}

function place(
  { slot, adopts, shares }: PlannedService,
  { replicas, active, runs, warm }: ObservedService,
  deployment: Deployment,
  release: number,
): PlacedService {
  if (deployment.strategy === 'recreate' || slot === undefined) {
    return { deployment: deployment as Extract<Deployment, { strategy: 'recreate' }>, replicas };
  }
  const serving = runs === 'switched' ? active : undefined;
  return {
    ...{ deployment, replicas, slot, adopts, shares },
    ...(serving === undefined ? {} : { active: serving }),
    warm: warm[slot] === release,
  };
}
