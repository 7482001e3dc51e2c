import type { BuildOptions, DeployOptions } from '../model/options';
import { hasSwitch, type DeployDescription, type Deployment } from '../model/deployment';
import type { BackupPlan, DeployPlan, PlannedService, PlannedStep } from '../model/plans';
import { RECORD_STEP } from '../model/record-step';
import type { StackDescription } from '../model/stack';
import type { Obstacle } from '../model/obstacle';
import type { ObservedRelease, ObservedService } from './observed-release';
import { estimateDisk, refuseFullDisk } from './estimate-disk';
import { refuseLostVolumes } from './lost-volumes';
import { orderServices } from './order-services';
import { formerImage, planChanges } from './plan-changes';
import { followersOf, refuseFollowers } from './plan-followers';
import { planRolling, refuseRolling } from './plan-rolling';
import { gateSteps, migrationSteps } from './check-steps';
import { slotFor } from './choose-slot';
import { deployNotes } from './deploy-notes';
import {
  adoptsFirst,
  adoptSteps,
  buildStep,
  edgeStep,
  prepareStep,
  pullEdgeStep,
  pullStep,
  pullSwitchStep,
  pushStep,
  recordReleaseStep,
  RETAIN,
} from './release-steps';
import { replaceStep, shiftSteps, startSteps, watchStep } from './traffic-steps';

/**
 * Plans a release: which images, which slots, which shares of the traffic, in which order.
 * Shape:  stack, options, observation, and the plan of the recovery point where one is saved first (see `savesPoint`) →
 *         plan without its hash, or an obstacle
 */
export function planDeploy(
  stack: StackDescription,
  options: DeployOptions,
  observed: ObservedRelease,
  saved?: Omit<BackupPlan, 'hash'>,
): Omit<DeployPlan, 'hash'> | Obstacle {
  const { deploy } = stack;
  if (deploy === undefined) return nothingToDeploy(stack);
  const deployments = new Map(deploy.services.map((one) => [one.service, one]));
  const unknown = Object.keys(options.images).filter((service) => !deployments.has(service));
  if (unknown.length > 0) return unknownServices(unknown, [...deployments.keys()]);
  const disk = observed.disk && estimateDisk(observed.disk);
  const full = disk && refuseFullDisk(disk);
  if (full !== undefined) return full;
  const refused =
    (options.build && refuseBuild(options.build, observed.services)) ??
    refuseRolling(observed.services, deploy.services) ??
    refuseLostVolumes(observed.services, deploy.services) ??
    refuseFollowers(observed.services, deploy.services);
  if (refused !== undefined) return refused;
  const services = orderServices(observed.services).flatMap((service) => {
    const deployment = deployments.get(service.service);
    return deployment === undefined ? [] : [planService(service, deployment, observed)];
  });
  const migrations = deploy.migrations !== undefined;
  const { current, next } = observed.stored;
  const adopts = adoptsFirst(observed, services);
  const replaces = adopts ? next : current;
  const plan = {
    runbook: 'deploy' as const,
    stack: stack.name,
    release: adopts ? next + 1 : next,
    ...(replaces === undefined ? {} : { replaces }),
    services,
    ...(observed.edge === undefined ? {} : { edge: observed.edge }),
    migrations,
    ...planChanges(deploy, observed),
    recoveryPoint: savesPoint(deploy),
    gates: { before: deploy.before.length, after: deploy.after.length },
  };
  return {
    ...plan,
    steps: [
      ...buildSteps(services, options.build),
      ...steps(plan, observed, deploy, saved?.steps ?? []),
    ],
    notes: deployNotes(observed, services, deploy.services, saved),
    ...(disk === undefined ? {} : { disk }),
  };
}

/** Whether a recovery point is saved before the first thing is changed. */
export function savesPoint({ release, migrations }: DeployDescription): boolean {
  const { recoveryPoint } = release;
  return recoveryPoint === 'always' || (recoveryPoint === 'migrations' && migrations !== undefined);
}

function planService(
  seen: ObservedService,
  deployment: Deployment,
  observed: ObservedRelease,
): PlannedService {
  const { service, image, builds, runs, runningImage } = seen;
  const was = builds === undefined ? formerImage(observed, seen) : undefined;
  const planned = {
    service,
    image: { reference: image.reference, pinned: image.pinned },
    ...(builds === undefined ? {} : { builds: true as const }),
    ...(runningImage === undefined ? {} : { from: runningImage }),
    ...(was === undefined ? {} : { was }),
    adopts: runs === 'plain',
  };
  if (deployment.strategy === 'recreate') {
    return { ...planned, strategy: 'recreate', shares: [], ...followersOf(seen) };
  }
  const { strategy, canary } = deployment;
  const way = slotFor(seen);
  // Each request is the release's from the first where there is no other side to be judged beside.
  const isAlone = way.active === undefined || seen.servesNobody === true;
  const steps = isAlone ? [] : (canary?.steps ?? []);
  const rolling = planRolling(seen, deployment, observed, canary !== undefined);
  return { ...planned, strategy, ...way, shares: [...steps, 100], ...rolling };
}

function steps(
  { services, edge, release }: Pick<DeployPlan, 'services' | 'release' | 'edge'>,
  { switchImage, ...observed }: ObservedRelease,
  { services: deployments, before, after, migrations }: DeployDescription,
  saving: readonly PlannedStep[],
): PlannedStep[] {
  const switched = services.filter(({ slot }) => slot !== undefined);
  const watched = deployments.filter((one) => hasSwitch(one) && one.watchSeconds > 0);
  return [
    ...services.map(pullStep),
    ...(switchImage === undefined ? [] : [pullSwitchStep(switchImage)]),
    ...(edge?.image === undefined ? [] : [pullEdgeStep(edge.image)]),
    ...adoptSteps(observed, services),
    prepareStep(`prepare release ${release}`),
    ...gateSteps('before', before),
    ...saving.filter(({ id }) => id !== RECORD_STEP.id),
    ...(migrations === undefined ? [] : migrationSteps(migrations)),
    ...startSteps(switched),
    ...switched.flatMap(shiftSteps),
    ...services.filter(({ slot }) => slot === undefined).map(replaceStep),
    ...(edge === undefined ? [] : [edgeStep(edge.change === 'remove' ? 'remove' : 'bring')]),
    ...gateSteps('after', after),
    ...watched.map(({ service }) => watchStep(service)),
    recordReleaseStep(`record release ${release}`),
    RETAIN,
    RECORD_STEP,
  ];
}

function buildSteps(services: readonly PlannedService[], build?: BuildOptions): PlannedStep[] {
  return services
    .filter(({ builds }) => builds)
    .flatMap(({ service, image }) => [
      buildStep(service),
      ...(build?.push === true ? [pushStep(service, image)] : []),
    ]);
}

/** Whoever asks for a build expects one. */
function refuseBuild(
  { push }: BuildOptions,
  services: readonly ObservedService[],
): Obstacle | undefined {
  const built = services.filter(({ builds }) => builds);
  if (built.length === 0) {
    return {
      obstacle: 'no service of `deploy` is there to build: the Compose file has no `build` for any',
      advice: 'Leave --build out, or give a service a `build`; one with --image is not built.',
    };
  }
  const nameless = built.filter(({ builds }) => push && builds?.named === false);
  if (nameless.length === 0) return undefined;
  return {
    obstacle: `the Compose file has no \`image\` for ${nameless.map(({ service }) => service).join(', ')}: nothing says where to push it`,
    advice: 'Write `image: registry/name:tag` beside `build`, or leave --push out.',
  };
}

function nothingToDeploy({ name }: StackDescription): Obstacle {
  return {
    obstacle: `the stack file of ${name} has no \`deploy\``,
    advice: 'Name the services to release under `deploy`; see `pawl help stack-file`.',
  };
}

function unknownServices(unknown: readonly string[], known: readonly string[]): Obstacle {
  return {
    obstacle: `\`deploy\` has no service ${unknown.join(', ')}`,
    advice: `--image takes one of: ${known.join(', ')}.`,
  };
}
