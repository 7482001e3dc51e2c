import type { Deployment } from '../model/deployment';
import type { PlannedService } from '../model/plans';
import type { StackDescription } from '../model/stack';
import type { ObservedRelease, ObservedService } from './observed-release';
import type { PlacedService, Placement } from './placement';

interface Numbers {
  /** The release that comes. */
  readonly release: number;
  /** The record of what plain Compose runs, where it runs something. */
  readonly adopted: number | undefined;
}

/** What a plan puts in the place of what was observed. */
export function placementOf(
  stack: StackDescription,
  plan: { readonly services: readonly PlannedService[] },
  observed: ObservedRelease,
  { release, adopted }: Numbers,
): Placement {
  const { current } = observed.stored;
  const before = adopted ?? current;
  return {
    ...{ project: observed.project, release },
    ...(before === undefined ? {} : { before }),
    services: plan.services.flatMap((planned) => {
      const seen = observed.services.find(({ service }) => service === planned.service);
      const deployment = stack.deploy?.services.find(({ service }) => service === planned.service);
      if (seen === undefined || deployment === undefined) return [];
      return [place(planned, seen, deployment, release, planned.adopts ? before : current)];
    }),
  };
}

function place(
  { slot, clears, adopts, shares, rolls, renewsSwitch = false, followers }: PlannedService,
  { replicas, active, serving = 0, runs, warm, unwell, servesNobody }: ObservedService,
  deployment: Deployment,
  release: number,
  before: number | undefined,
): PlacedService {
  const common = {
    ...(before === undefined ? {} : { before }),
    ...(unwell === undefined ? {} : { asBefore: unwell }),
  };
  if (deployment.strategy === 'recreate' || slot === undefined) {
    const its = deployment as Extract<Deployment, { strategy: 'recreate' }>;
    return { ...common, deployment: its, ...(followers && { followers }) };
  }
  const nowActive = runs === 'switched' ? active : undefined;
  return {
    ...common,
    ...{ deployment, replicas, slot, adopts, shares, renewsSwitch },
    ...(nowActive === undefined ? {} : { active: nowActive }),
    ...(nowActive === undefined || !servesNobody ? {} : { asBefore: 'not-ready' }),
    ...(clears === undefined ? {} : { clears }),
    ...(rolls === undefined ? {} : { rolls: { ...rolls, from: serving } }),
    warm: rolls === undefined && warm[slot] === release,
  };
}
