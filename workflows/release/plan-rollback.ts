import type { RollbackOptions } from '../model/options';
import type { Deployment, Gate, Strategy } from '../model/deployment';
import type { PlannedService, PlannedStep, RestorePlan, RollbackPlan } from '../model/plans';
import type { Release, ReleasedService } from '../model/release';
import { rollbackTarget } from '../model/release';
import { RECORD_STEP } from '../model/record-step';
import type { StackDescription } from '../model/stack';
import type { Obstacle } from '../model/obstacle';
import type { ObservedRelease, ObservedService } from './observed-release';
import { maintenanceStep } from '../maintenance/plan-maintenance';
import { groupParts, swapStep } from '../restore/plan-groups';
import { leftVolumeNotes, refuseLostVolumes } from './lost-volumes';
import { missingImageNotes, refuseMissingImages } from './missing-images';
import { orderServices } from './order-services';
import { followerNotes, followersOf, refuseFollowers } from './plan-followers';
import { planRolling, refuseRolling } from './plan-rolling';
import { planSchema, schemaNotes } from './plan-schema';
import { gateSteps, migrateDownStep } from './check-steps';
import { slotFor } from './choose-slot';
import { driftNotes, renewalNotes, takeOverNotes } from './release-notes';
import { adoptSteps, pullStep, recordReleaseStep } from './release-steps';
import { placedService, replaceStep, shiftSteps, startSteps } from './traffic-steps';
import { coolStep } from './undo-steps';

/**
 * Plans the way back to a stored release: over a slot that is still warm where there is one, and with what becomes of the
 * schema said.
 * Shape:  stack, options, observation, and where data come back how (it is known when `schema` of a plan without it names
 *         their point) → plan without its hash, or an obstacle
 */
export function planRollback(
  stack: StackDescription,
  options: RollbackOptions,
  observed: ObservedRelease,
  data?: Omit<RestorePlan, 'hash'>,
): Omit<RollbackPlan, 'hash'> | Obstacle {
  const { releases, current } = observed.stored;
  const serving = releases.find(({ number }) => number === current);
  if (serving === undefined) return nothingReleased(stack);
  const target = rollbackTarget(observed.stored, options.to);
  if (target === undefined) return noSuchRelease(options.to, serving, releases);
  if (target.number === serving.number) return servesAlready(target);
  if (target.adopted) return wasPlain(target);
  const services = planServices(stack, target, observed);
  if ('obstacle' in services) return services;
  const plain = services.find(({ planned }) => planned.adopts && planned.slot !== undefined);
  if (options.schema === 'restore' && plain !== undefined) return noPage(plain.planned);
  const successor = releases.find(({ replaced }) => replaced === target.number);
  const schema = planSchema(stack, options, { serving, target, successor });
  if ('obstacle' in schema) return schema;
  const plan = {
    ...{ runbook: 'rollback' as const, stack: stack.name },
    ...{ release: target.number, replaces: serving.number, schema },
    services: services.map(({ planned }) => planned),
    warm: services.every(({ warm }) => warm),
  };
  return {
    ...plan,
    ...(data && { restores: restored(data) }),
    steps: steps(plan, services, observed, stack.deploy?.after ?? [], data),
    notes: [
      ...schemaNotes(schema),
      ...takeOverNotes(observed, plan.services),
      ...driftNotes(observed),
      ...missingImageNotes(observed),
      ...renewalNotes(plan.services),
      ...followerNotes(plan.services),
      ...leftVolumeNotes(observed.services, stack.deploy?.services ?? []),
      ...observed.notes,
    ],
  };
}

interface PlannedBack {
  readonly planned: PlannedService;
  readonly warm: boolean;
}

function planServices(
  stack: StackDescription,
  target: Release,
  observed: ObservedRelease,
): PlannedBack[] | Obstacle {
  const deployments = stack.deploy?.services ?? [];
  const refused =
    refuseRolling(observed.services, deployments) ??
    refuseMissingImages(observed, target.number) ??
    refuseLostVolumes(observed.services, deployments, target.number) ??
    refuseFollowers(observed.services, deployments);
  if (refused !== undefined) return refused;
  const planned: PlannedBack[] = [];
  for (const seen of orderServices(observed.services)) {
    const deployment = stack.deploy?.services.find(({ service }) => service === seen.service);
    const released = target.services.find(({ service }) => service === seen.service);
    if (released === undefined || deployment === undefined) continue;
    if (isRecreated(released) !== isRecreated(deployment)) return strategyChanged(released, target);
    planned.push(planBack(released, deployment, seen, { observed, release: target.number }));
  }
  return planned.length > 0 ? planned : nothingInCommon(target);
}

/** What has a switch keeps it: a slot is a slot, however its containers are replaced. */
function isRecreated({ strategy }: { readonly strategy: Strategy }): boolean {
  return strategy === 'recreate';
}

function planBack(
  { service, image }: ReleasedService,
  deployment: Deployment,
  seen: ObservedService,
  { observed, release }: { readonly observed: ObservedRelease; readonly release: number },
): PlannedBack {
  const { runs, runningImage } = seen;
  const common = {
    service,
    image: { reference: image.reference, pinned: image.pinned },
    ...(runningImage === undefined ? {} : { from: runningImage }),
    adopts: runs === 'plain',
  };
  if (deployment.strategy === 'recreate') {
    const planned = { ...common, strategy: 'recreate' as const, shares: [], ...followersOf(seen) };
    return { planned, warm: false };
  }
  const way = slotFor(seen);
  // It has been proved before, and whoever goes back is in a hurry.
  const rolling = planRolling(seen, deployment, observed, false);
  return {
    planned: {
      ...common,
      strategy: deployment.strategy,
      ...way,
      shares: [100],
      ...rolling,
    },
    warm: rolling === undefined && seen.warm[way.slot] === release,
  };
}

function steps(
  { services, release, schema }: Pick<RollbackPlan, 'services' | 'release' | 'schema'>,
  back: readonly PlannedBack[],
  observed: ObservedRelease,
  gates: readonly Gate[],
  data: Omit<RestorePlan, 'hash'> | undefined,
): PlannedStep[] {
  const switched = services.filter(({ slot }) => slot !== undefined);
  const warm = back.filter((one) => one.warm).map(({ planned }) => planned);
  return [
    ...services.map(pullStep),
    ...adoptSteps(observed, services),
    ...(data ? dataSteps(data, switched) : []),
    // What is warm runs already, but with the data that go away.
    ...(data ? warm.map((planned) => coolStep(placedService(planned))) : []),
    ...startSteps(data ? switched : switched.filter((service) => !warm.includes(service))),
    ...switched.flatMap(shiftSteps),
    ...services.filter(({ slot }) => slot === undefined).map(replaceStep),
    ...(data ? switched.map(({ service }) => maintenanceStep('off', service)) : []),
    ...gateSteps('after', gates),
    ...(schema.way === 'down' ? [migrateDownStep(schema.then ?? '')] : []),
    recordReleaseStep(`make release ${release} the current one`),
    RECORD_STEP,
  ];
}

/** Built beside and proved while the newer release serves; swapped behind a page. */
function dataSteps(
  { steps: restoring, parts }: Omit<RestorePlan, 'hash'>,
  switched: readonly PlannedService[],
): PlannedStep[] {
  const swaps = new Set(groupParts(parts).map((group) => swapStep(group).id));
  const own = restoring.filter(({ id }) => id !== RECORD_STEP.id);
  return [
    ...own.filter(({ id }) => !swaps.has(id)),
    ...switched.map(({ service }) => maintenanceStep('on', service)),
    ...own.filter(({ id }) => swaps.has(id)),
  ];
}

function restored(data: Omit<RestorePlan, 'hash'>): NonNullable<RollbackPlan['restores']> {
  const { point, keepReplacedSeconds } = data;
  // How many sessions there are is another number each time, and no other plan.
  const parts = data.parts.map(({ otherSessions: _, ...part }) => part);
  return { point, parts, keepReplacedSeconds };
}

/** Behind no page, what plain Compose runs would write into data that are being replaced. */
function noPage({ service }: PlannedService): Obstacle {
  return {
    obstacle: `plain Compose runs ${service} in the place of its switch: no page can keep users away while the data are replaced`,
    advice: '`pawl deploy` takes its place back; then roll back.',
  };
}

function nothingReleased({ name }: StackDescription): Obstacle {
  return {
    obstacle: `pawl has released nothing of ${name} on its host`,
    advice: '`pawl deploy` makes the first release.',
  };
}

function noSuchRelease(
  wanted: number | undefined,
  serving: Release,
  releases: readonly Release[],
): Obstacle {
  const others = releases.map(({ number }) => number).filter((one) => one !== serving.number);
  const kept = others.length === 0 ? 'no other one is kept' : `kept are ${others.join(', ')}`;
  return {
    obstacle:
      wanted === undefined
        ? `release ${serving.number} replaced none`
        : `there is no release ${wanted}`,
    advice: `${kept}; see \`pawl releases\`. \`pawl rollback --to N\` names one.`,
  };
}

function servesAlready({ number }: Release): Obstacle {
  return { obstacle: `release ${number} serves already`, advice: 'See `pawl releases`.' };
}

function wasPlain({ number, services }: Release): Obstacle {
  const images = services.map(({ service, image }) => `--image ${service}=${image.pinned}`);
  return {
    obstacle: `release ${number} is what plain Compose ran: it has no slots to go back to`,
    advice: `\`pawl deploy ${images.join(' ')}\` releases its images.`,
  };
}

function strategyChanged({ service, strategy }: ReleasedService, { number }: Release): Obstacle {
  return {
    obstacle: `${service} has another strategy now than in release ${number} (${strategy})`,
    advice: `Set deploy.${service}.strategy to ${strategy} for the way back.`,
  };
}

function nothingInCommon({ number }: Release): Obstacle {
  return {
    obstacle: `\`deploy\` has none of the services of release ${number}`,
    advice: 'Name them under `deploy` again.',
  };
}
