import type { Deployment } from '../model/deployment';
import type { PlannedService } from '../model/plans';
import type { Obstacle } from '../model/obstacle';
import type { ObservedRelease, ObservedService } from './observed-release';

/** Fewer are replaced all at once. */
const FEWEST_REPLICAS = 2;

/** A service whose containers are to be replaced one by one, and that has only one. Undefined when there is none. */
export function refuseRolling(
  services: readonly ObservedService[],
  deployments: readonly Deployment[],
): Obstacle | undefined {
  const rolling = deployments.filter(({ strategy }) => strategy === 'rolling');
  const names = rolling.map(({ service }) => service);
  const single = services.find(
    ({ service, replicas }) => names.includes(service) && replicas < FEWEST_REPLICAS,
  );
  if (single === undefined) return undefined;
  const { service, replicas } = single;
  return {
    obstacle: `deploy.${service}.strategy: \`rolling\` needs ${FEWEST_REPLICAS} containers or more, and the Compose file has ${replicas}`,
    advice: `Use \`strategy: switch\`, or give services.${service} \`deploy: {replicas: ${FEWEST_REPLICAS}}\`.`,
  };
}

/** How a service is rolled; undefined where nothing of a stored release serves: then all are started at once. */
export function planRolling(
  { replicas, runs, active, serving = 0, servesNobody }: ObservedService,
  { strategy }: Deployment,
  { stored }: ObservedRelease,
  judged: boolean,
): Pick<PlannedService, 'shares' | 'rolls'> | undefined {
  const serves = runs === 'switched' && active !== undefined && serving > 0 && !servesNobody;
  if (strategy !== 'rolling' || !serves || stored.current === undefined) return undefined;
  const shares = Array.from({ length: replicas }, (_, index) =>
    Math.round((100 * (index + 1)) / replicas),
  );
  return { shares, rolls: { judged } };
}
