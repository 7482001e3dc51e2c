import type { DeployDescription, Strategy } from '../model/deployment';
import type { DeployPlan, PlannedChanges } from '../model/plans';
import type { PinnedImage, Release, ReleasedService } from '../model/release';
import type { ObservedRelease, ObservedService } from './observed-release';

/*
 * What a deploy changes: told before the question, and whether it is anything at all.
 */

type Changes = Pick<DeployPlan, 'changes' | 'changesNothing' | 'migrates'>;

/**
 * Compares what a deploy would put in place with the current release.
 * Shape:  `deploy`, observation → what a plan says of it
 */
export function planChanges(deploy: DeployDescription, observed: ObservedRelease): Changes {
  const current = currentOf(observed);
  const changes = observed.changes && plannedChanges(observed, current);
  return {
    ...migratesOf(deploy, current),
    ...(changes === undefined ? {} : { changes }),
    ...(changesNothing(deploy, observed, current) ? { changesNothing: true } : {}),
  };
}

/** The current release's image of a service, where it runs and the deploy has another one. */
export function formerImage(
  observed: ObservedRelease,
  { service, image, runningImage }: Pick<ObservedService, 'service' | 'image' | 'runningImage'>,
): Omit<PinnedImage, 'id'> | undefined {
  const was = releasedIn(currentOf(observed), service)?.image;
  if (was === undefined || was.pinned === image.pinned || was.id !== runningImage) return undefined;
  return { reference: was.reference, pinned: was.pinned };
}

function currentOf({ stored }: ObservedRelease): Release | undefined {
  return stored.releases.find(({ number }) => number === stored.current);
}

function releasedIn(release: Release | undefined, service: string): ReleasedService | undefined {
  return release?.services.find((one) => one.service === service);
}

function migratesOf(
  { migrations }: DeployDescription,
  current: Release | undefined,
): Pick<DeployPlan, 'migrates'> {
  if (migrations === undefined) return {};
  const { service, run: command } = migrations;
  const from = current?.schemaHead;
  return { migrates: { service, command, ...(from === undefined ? {} : { from }) } };
}

/** Lines that have changed are told; what has changed without one can only be what they stand for. */
function plannedChanges(
  { changes, services }: ObservedRelease,
  current: Release | undefined,
): PlannedChanges {
  const { lines = [], anew = [] } = changes ?? {};
  // What is built has another image each time, and its plan is the same.
  const silent = services.filter(
    ({ service, image, builds }) =>
      builds === undefined &&
      anew.includes(service) &&
      releasedIn(current, service)?.image.pinned === image.pinned,
  );
  const variables = lines.length > 0 ? [] : silent.map(({ service }) => service);
  return { lines, variables };
}

function changesNothing(
  { services: deployments }: DeployDescription,
  { services, changes, edge }: ObservedRelease,
  current: Release | undefined,
): boolean {
  if (current === undefined || current.adopted || changes === undefined) return false;
  if (changes.lines.length + changes.anew.length > 0 || edge !== undefined) return false;
  if (current.services.length !== deployments.length) return false;
  return deployments.every(({ service, strategy }) => {
    const seen = services.find((one) => one.service === service);
    const released = releasedIn(current, service);
    return (
      seen !== undefined &&
      released?.image.pinned === seen.image.pinned &&
      isSameKind(released.strategy, strategy) &&
      isAsReleased(seen)
    );
  });
}

function isAsReleased({
  runs,
  drifts = [],
  builds,
  renewsSwitch,
  resteers,
}: ObservedService): boolean {
  const runsAsPawlHasIt = runs === 'switched' || runs === 'released';
  const isLeftAlone = builds === undefined && renewsSwitch !== true && resteers !== true;
  return runsAsPawlHasIt && drifts.length === 0 && isLeftAlone;
}

/** What has a switch keeps it, however its containers are replaced. */
function isSameKind(one: Strategy, other: Strategy): boolean {
  return (one === 'recreate') === (other === 'recreate');
}
