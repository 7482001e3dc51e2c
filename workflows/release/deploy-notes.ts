import { hasSwitch, slotService, type Deployment } from '../model/deployment';
import type { BackupPlan, PlannedService } from '../model/plans';
import { leftVolumeNotes } from './lost-volumes';
import type { ObservedRelease } from './observed-release';
import { followerNotes } from './plan-followers';
import { anywhereNotes, portNotes } from './port-notes';
import { driftNotes, renewalNotes, takeOverNotes } from './release-notes';

/** What is said beside the steps of a deploy. */
export function deployNotes(
  observed: ObservedRelease,
  services: readonly PlannedService[],
  deployments: readonly Deployment[],
  saved: Omit<BackupPlan, 'hash'> | undefined,
): string[] {
  const taken = services.filter(({ adopts, slot }) => adopts && slot !== undefined);
  return [
    ...takeOverNotes(observed, services),
    ...taken.flatMap(({ service }) => portNotes(observed, service, deployments)),
    ...driftNotes(observed),
    ...noCanaryNotes(observed, deployments),
    ...renewalNotes(services),
    ...anywhereNotes(observed, services),
    ...followerNotes(services),
    ...edgeNotes(observed),
    ...observed.notes,
    ...leftVolumeNotes(observed.services, deployments),
    ...leftOutNotes(saved),
  ];
}

function leftOutNotes(saved: Omit<BackupPlan, 'hash'> | undefined): string[] {
  return (saved?.skipped ?? []).map(
    ({ name, reason }) => `The recovery point leaves out ${name}: ${reason}.`,
  );
}

function noCanaryNotes(
  { services }: ObservedRelease,
  deployments: readonly Deployment[],
): string[] {
  const judged = deployments.filter((one) => hasSwitch(one) && one.canary !== undefined);
  const names = judged.map(({ service }) => service);
  return services.flatMap(({ service, active, servesNobody }) =>
    active !== undefined && servesNobody === true && names.includes(service)
      ? `Nobody is served by ${slotService(service, active)} now: there is no canary, all requests of ${service} go to the release at once.`
      : [],
  );
}

function edgeNotes({ edge }: ObservedRelease): string[] {
  if (edge?.change === 'remove') {
    return [
      'The stack file no longer has an edge: it is removed, and nothing answers at its ports. Its volume, with its certificates, stays.',
    ];
  }
  if (edge?.change !== 'renew') return [];
  return [
    'The edge is recreated, since its image, its ports or what it is given to read has changed: requests in flight are cut ' +
      'off after 5 s, and until the first answer of the new one there is a gap of a few seconds more.',
  ];
}
