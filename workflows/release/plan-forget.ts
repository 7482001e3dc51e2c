import { hasSwitch, type Deployment } from '../model/deployment';
import type { ForgetPlan, ForgottenImage, PlannedForget, PlannedStep } from '../model/plans';
import type { Release } from '../model/release';
import { RECORD_STEP } from '../model/record-step';
import type { StackDescription } from '../model/stack';
import { stepId } from '../model/step-id';
import { SWITCH_GRACE_SECONDS } from '../model/switch-mount';
import type { Obstacle } from '../model/obstacle';
import type { ForgettableService, ObservedForgetting } from './observed-forgetting';
import { followerNotes, refuseFollowers } from './plan-followers';
import { giveBackStep, prepareStep, recordReleaseStep } from './release-steps';

/**
 * Plans how plain Compose gets its services back: containers of the Compose file, from the images that serve now, in the
 * place of switches and slots.
 * Shape:  stack, observation → plan without its hash, or an obstacle
 */
export function planForget(
  stack: StackDescription,
  observed: ObservedForgetting,
): Omit<ForgetPlan, 'hash'> | Obstacle {
  const { releases, current, next } = observed.stored;
  const { deploy } = stack;
  const serving = releases.find(({ number }) => number === current);
  if (deploy === undefined || serving === undefined || observed.folder === undefined) {
    return nothingReleased(stack);
  }
  // What was never released was never taken.
  const taken = observed.services.filter(({ released }) => released !== undefined);
  const refused = refuse(serving, deploy.services, taken);
  if (refused !== undefined) return refused;
  const services = taken.map((seen) => planService(seen, serving));
  const isPlain = serving.adopted === true && services.every(isGivenBack);
  return {
    ...{ runbook: 'forget' as const, stack: stack.name, folder: observed.folder },
    ...{ release: isPlain ? serving.number : next, replaces: serving.number },
    services,
    lines: observed.lines,
    ...(isPlain ? { changesNothing: true as const } : {}),
    steps: steps(services, next),
    notes: [
      ...services.flatMap((planned) => gapNotes(planned)),
      ...followerNotes(services),
      ...services.flatMap((planned) => imageNotes(planned, serving)),
      ...(observed.edge ? [EDGE_NOTE] : []),
    ],
  };
}

export const PREPARE_PLAIN = prepareStep('write down what Compose is to run');

export function dropSwitchStep(service: string): PlannedStep {
  return {
    id: stepId('drop-switch', service),
    title: `remove what is left of ${service} in slots`,
  };
}

export function recordForgottenStep(release: number): PlannedStep {
  return recordReleaseStep(`record what Compose runs as release ${release}`);
}

/** Nothing of pawl's stands for it any more. */
function isGivenBack({ from, drops }: PlannedForget): boolean {
  return from === 'compose' && !drops;
}

function planService(seen: ForgettableService, { number }: Release): PlannedForget {
  const { service, published, followers = [], left, hasSwitchFile } = seen;
  const from = fromWhat(seen);
  const [serves] = seen.serves;
  return {
    ...{ service, from, published, image: imageFor(seen) },
    ...(from === 'compose' ? {} : { release: serves?.release ?? number }),
    ...(from === 'switch' && serves?.slot !== undefined ? { active: serves.slot } : {}),
    drops: left.length > 0 || hasSwitchFile,
    ...(from === 'compose' || followers.length === 0
      ? {}
      : { followers: followers.map((one) => one.service) }),
  };
}

function fromWhat({ inPlace }: ForgettableService): PlannedForget['from'] {
  if (inPlace === 'switch' || inPlace === 'compose') return inPlace;
  return 'release';
}

/** What serves; where a single instance has ended, what the release says. */
function imageFor({ image, serves: [serves], released }: ForgettableService): ForgottenImage {
  const { reference } = image;
  const id = serves?.image ?? released?.id ?? image.id ?? '';
  if (image.id === id) return { reference, id, named: 'same' };
  // By its digest or id it is what it is: only a tag can move.
  const isTag = !reference.includes('@') && !reference.startsWith('sha256:');
  const wasMadeOf = released?.reference === reference && released.id === id;
  return { reference, id, named: isTag && wasMadeOf ? 'renamed' : 'other' };
}

function steps(services: readonly PlannedForget[], release: number): PlannedStep[] {
  return [
    PREPARE_PLAIN,
    ...services.filter(({ from }) => from !== 'compose').map(giveBackStep),
    recordForgottenStep(release),
    ...services.filter(({ drops }) => drops).map(({ service }) => dropSwitchStep(service)),
    RECORD_STEP,
  ];
}

function gapNotes({ service, from, published }: PlannedForget): string[] {
  switch (from) {
    case 'compose':
      return [`Plain Compose runs ${service} already: it goes on as it is.`];
    case 'release':
      return [`${service} is stopped with its grace, and started again.`];
    case 'switch': {
      const what = published.length === 0 ? 'name' : `port ${published.join(', ')}`;
      return [
        `${service} gives its ${what} back: requests in flight are cut off after ${SWITCH_GRACE_SECONDS} s, and from the stop of the switch until ` +
          `the new container is ready nobody answers. That is as long as ${service} takes to start. Should it not get ` +
          'ready, the switch comes back, with the same gap.',
      ];
    }
  }
}

function imageNotes({ service, image, from }: PlannedForget, { number }: Release): string[] {
  const { reference, id, named } = image;
  const short = id.slice(0, 19);
  if (named === 'same' || from === 'compose') return [];
  if (named === 'renamed') {
    return [
      `${reference} means another image on this host, or none. From now on it means ${short}, which serves: ` +
        '`docker compose up` finds what runs.',
    ];
  }
  return [
    `The Compose file names ${reference} for ${service}, which is not what serves (${short}, release ${number}). It is ` +
      `started from what serves, and the next \`docker compose up\` replaces it with ${reference}. Name the image of ` +
      `release ${number} in the Compose file first, to have it stay.`,
  ];
}

const EDGE_NOTE =
  'The edge stays as it is, and leads to the same names: users of its sites notice the gap alone. To part with it too, ' +
  'deploy without `edge` in the stack file first.';

function refuse(
  serving: Release,
  deployments: readonly Deployment[],
  services: readonly ForgettableService[],
): Obstacle | undefined {
  const unnamed = serving.services.find(
    (one) => !deployments.some(({ service }) => service === one.service),
  );
  if (unnamed !== undefined) return notInDeploy(unnamed.service, serving);
  for (const seen of services) {
    const deployment = deployments.find(({ service }) => service === seen.service);
    const refused = deployment && refuseService(seen, deployment);
    if (refused !== undefined) return refused;
  }
  return refuseFollowers(
    services.filter(({ inPlace }) => inPlace !== 'compose'),
    deployments,
  );
}

function refuseService(seen: ForgettableService, deployment: Deployment): Obstacle | undefined {
  const { service, inPlace, serves, drifts, maintenance, replicas, published } = seen;
  const [drift] = drifts;
  const isMissing = inPlace === 'stopped' || inPlace === 'nothing';
  const hasOne = serves.length === 1 && serves[0]?.running !== 0;
  if (inPlace === 'other-stack' || (hasSwitch(deployment) && isMissing)) {
    return notAsReleased(service, drift);
  }
  if (inPlace === 'switch' && !hasSwitch(deployment)) return strategyChanged(service);
  if (inPlace === 'switch' && !hasOne) return notAsReleased(service, drift);
  if (maintenance !== undefined && inPlace === 'switch') return inMaintenance(service);
  if (inPlace === 'switch' && replicas > 1 && published.some((port) => /^\d+$/.test(port))) {
    return manyOnOnePort(service, replicas, published);
  }
  return undefined;
}

function nothingReleased({ name }: StackDescription): Obstacle {
  return {
    obstacle: `pawl has released nothing of ${name} on its host`,
    advice: 'There is nothing to give back: plain Compose has its services.',
  };
}

function notInDeploy(service: string, { number }: Release): Obstacle {
  return {
    obstacle: `release ${number} has ${service}, which \`deploy\` of the stack file no longer names`,
    advice: 'Put it back there until it is given back: how it is proved to be ready stands there.',
  };
}

function notAsReleased(
  service: string,
  drift: ForgettableService['drifts'][number] | undefined,
): Obstacle {
  const fact = drift?.fact ?? `it is not one release that gets the requests of ${service}`;
  const way = drift?.way ?? '`pawl deploy` or `pawl rollback` decides for one';
  return {
    obstacle: `what serves of ${service} cannot be given back: ${fact}`,
    advice: `First: ${way}.`,
  };
}

function strategyChanged(service: string): Obstacle {
  return {
    obstacle: `${service} has a switch, and the stack file says \`strategy: recreate\``,
    advice: 'Put its strategy back until it is given back: its port and its check stand there.',
  };
}

function inMaintenance(service: string): Obstacle {
  return {
    obstacle: `${service} is in maintenance: without its switch users would get it in place of the page`,
    advice: '`pawl maintenance off` ends that.',
  };
}

function manyOnOnePort(service: string, replicas: number, ports: readonly string[]): Obstacle {
  return {
    obstacle: `plain Compose cannot run ${replicas} containers of ${service}: each would publish port ${ports.join(', ')}`,
    advice: 'Say `scale: 1` in the Compose file, or publish no port of it; then plan again.',
  };
}
