import { LABELS } from '../../workflows/model/labels';
import { hasSwitch, SLOTS, type Deployment, type Slot } from '../../workflows/model/deployment';
import type { Drift } from '../../workflows/model/serving';
import { weightOf } from '../../workflows/model/traffic';
import type { ObservedService } from '../../workflows/release/observed-release';
import { hasReached } from '../../workflows/release/seen-service';
import { whatRuns } from '../../workflows/release/what-runs';
import { AdapterError } from '../ports/adapter-error';
import { composeService, imageName } from '../containers/compose-service';
import { isOfRelease, isRunning, isSwitch } from '../containers/service-container';
import { observeFollowers } from './observe-followers';
import { observeImage } from './observe-image';
import { observeUnwell } from './observe-unwell';
import { observeVolumes } from './observe-volumes';
import type { ComposeServiceFacts } from '../ports/compose';
import type { ServiceContainer } from '../ports/service-containers';
import { seeService, type Desired, type SeenOnHost } from '../containers/see-service';
import type { Look } from './look';

/** An image may expose thousands. */
const MOST_TOLD = 200;

/**
 * Looks at one service that a release would meet: its image, what runs of it and what the switch has for it.
 * Throws: PreconditionFailed (the Compose file has no such service, or another stack has it)
 */
export async function observeService(
  look: Look,
  deployment: Deployment,
  wanted: string | undefined,
): Promise<ObservedService> {
  const { service } = deployment;
  const facts = composeService(look.facts, service);
  const name = imageName(look.facts, facts);
  const builds = look.built !== undefined && wanted === undefined && facts.builds;
  const image = builds
    ? (look.built[service] ?? { reference: name, pinned: name })
    : await observeImage(look, wanted ?? name);
  const { project } = look.facts;
  const { stack } = look.site;
  const key = { stack, project, service };
  const seen = await seeService(look.ports, look.site, key, look.attempt);
  const { drifts } = whatRuns(stack, look.stored, seen);
  refuseOthers(service, drifts);
  const common = {
    service,
    ...(drifts.length === 0 ? {} : { drifts }),
    image,
    ...(builds ? { builds: { named: facts.image !== undefined } } : {}),
    dependsOn: facts.dependsOn,
    replicas: facts.replicas,
    published: facts.ports.flatMap(({ published }) => published ?? []),
    ...publishedAnywhere(facts),
    ...exposed(seen.own),
  };
  const unwell = await observeUnwell(look.ports, deployment, seen.own, look.attempt);
  const toBeBuilt = builds && look.built[service] === undefined;
  const own = await itsOwn(look, deployment, seen, toBeBuilt ? undefined : image.pinned);
  const told = { ...common, ...own, ...(unwell === undefined ? {} : { unwell }) };
  if (deployment.strategy === 'recreate') {
    return { ...told, ...runsAlone(seen.own), warm: {}, left: [] };
  }
  const { port, check } = seen.desired?.settings ?? {};
  const resteers =
    port !== undefined && (port !== deployment.port || check !== deployment.ready.http);
  return {
    ...{ ...told, ...runsSwitched(look, facts.replicas, seen) },
    ...(resteers ? { resteers } : {}),
  };
}

/** What the project as it is now says of it; of a stored release that comes back, its own file says it. */
async function itsOwn(
  { ports, site, facts, attempt, resolves }: Look,
  deployment: Deployment,
  { own, slots }: SeenOnHost,
  pinned: string | undefined,
): Promise<Pick<ObservedService, 'volumes' | 'followers'>> {
  if (!resolves) return {};
  const followers = hasSwitch(deployment)
    ? {}
    : await observeFollowers(ports, site, facts, deployment.service);
  const found = [...own, ...SLOTS.flatMap((slot) => slots[slot])];
  const question = { facts, deployment, found, ...(pinned === undefined ? {} : { pinned }) };
  return { ...followers, volumes: await observeVolumes(ports, site, question, attempt) };
}

/** Where Docker has a choice, it chooses for each container. */
function publishedAnywhere({ ports }: ComposeServiceFacts): Pick<ObservedService, 'anywhere'> {
  const anywhere = ports
    .filter(({ published = '' }) => !/^\d+$/.test(published))
    .map(({ target, published: range }) => ({ target, ...(range === undefined ? {} : { range }) }));
  return anywhere.length === 0 ? {} : { anywhere };
}

/** Of what plain Compose runs; that of the slots is the switch's already. */
function exposed(found: readonly ServiceContainer[]): Pick<ObservedService, 'exposed'> {
  const plain = found.filter((one) => isRunning(one) && one.labels[LABELS.role] === undefined);
  const ports = [...new Set(plain.flatMap((container) => container.exposed))];
  return ports.length === 0 ? {} : { exposed: ports.slice(0, MOST_TOLD) };
}

/** What a service without a switch is. */
function runsAlone(
  containers: readonly ServiceContainer[],
): Pick<ObservedService, 'runs' | 'runningImage'> {
  const [running] = containers.filter(isRunning);
  if (running === undefined) return { runs: 'nothing' };
  const byPawl = running.labels[LABELS.role] !== undefined;
  return { runs: byPawl ? 'released' : 'plain', runningImage: running.imageId };
}

function runsSwitched(
  { stored }: Look,
  replicas: number,
  seen: SeenOnHost,
): Pick<
  ObservedService,
  'runs' | 'warm' | 'left' | 'active' | 'serving' | 'servesNobody' | 'runningImage' | 'renewsSwitch'
> {
  const { own, slots, desired } = seen;
  const warm = Object.fromEntries(
    SLOTS.flatMap((slot) => {
      const release = releaseOfAll(slots[slot], replicas);
      return release === undefined ? [] : [[slot, release]];
    }),
  ) as Partial<Record<Slot, number>>;
  const left = SLOTS.filter((slot) => slots[slot].length > 0);
  const running = own.filter(isRunning);
  if (!running.every(isSwitch)) return { ...runsAlone(running), warm, left };
  if (desired === undefined) return { runs: 'nothing', warm, left };
  const active = activeSlot(desired, currentSlot(stored.current, slots));
  const serving = active === undefined ? [] : slots[active];
  const image = serving[0]?.imageId;
  return {
    runs: running.length > 0 ? 'switched' : 'nothing',
    ...{ warm, left },
    // Compose makes one anew that is on no network, too.
    ...(running.some(({ addresses }) => addresses.length === 0) ? { renewsSwitch: true } : {}),
    ...(active === undefined ? {} : { active, serving: serving.filter(isRunning).length }),
    ...(active === undefined || hasReached(seen, active) ? {} : { servesNobody: true as const }),
    ...(image === undefined ? {} : { runningImage: image }),
  };
}

/**
 * Two stacks that release the same service of one Compose project would undo each other's releases. What is paused can
 * neither be started nor replaced by Compose.
 */
function refuseOthers(service: string, drifts: readonly Drift[]): void {
  const refused = drifts.find(({ kind }) => kind === 'other-stack' || kind === 'paused');
  if (refused === undefined) return;
  throw new AdapterError('PreconditionFailed', `deploy.${service}: ${refused.fact}`, {
    advice: `${refused.way[0]?.toUpperCase() ?? ''}${refused.way.slice(1)}.`,
  });
}

/** The release that all containers of a slot are of, when as many as there should be run. */
function releaseOfAll(
  containers: readonly ServiceContainer[],
  replicas: number,
): number | undefined {
  const running = containers.filter(isRunning);
  const numbers = new Set(running.map(({ labels }) => Number(labels[LABELS.release])));
  const [number] = numbers;
  return running.length >= replicas && numbers.size === 1 ? number : undefined;
}

/** The slot with the larger share; of two halves, which a run that broke off may leave, the current release's. */
function activeSlot({ settings, traffic }: Desired, current: Slot | undefined): Slot | undefined {
  const [blue = 0, green = 0] = SLOTS.map((slot) => {
    const its = traffic[slot];
    const servers = typeof its === 'object' ? its.addresses?.length : undefined;
    return weightOf(its) * (servers ?? settings.replicas);
  });
  if (blue === green) return blue > 0 ? current : undefined;
  return green > blue ? 'green' : 'blue';
}

function currentSlot(current: number | undefined, slots: SeenOnHost['slots']): Slot | undefined {
  if (current === undefined) return undefined;
  return SLOTS.find((slot) => slots[slot].some((one) => isOfRelease(one, current)));
}
