import {
  hasSwitch,
  SLOTS,
  slotService,
  type Deployment,
  type Slot,
} from '../../workflows/model/deployment';
import { rollbackTarget, type ReleaseList } from '../../workflows/model/release';
import type { Drift } from '../../workflows/model/serving';
import { weightOf } from '../../workflows/model/traffic';
import type {
  ObservedDisk,
  ObservedImage,
  ObservedRelease,
  ObservedService,
} from '../../workflows/release/observed-release';
import { hasReached, whatRuns } from '../../workflows/release/what-runs';
import { AdapterError } from '../ports/adapter-error';
import { composeService, imageName } from '../containers/compose-service';
import { observeEdge } from '../containers/edge-change';
import { isOfRelease, isRunning, isSwitch } from '../containers/service-container';
import { dependencyNote } from '../containers/dependency-note';
import { deployOf } from '../containers/deploy-of';
import {
  carriedModel,
  changedLines,
  madeAnew,
  type AnewQuestion,
} from '../containers/observe-model';
import { observeFollowers } from './observe-followers';
import { observeTarget } from './observe-target';
import { observeUnwell } from './observe-unwell';
import { observeVolumes } from './observe-volumes';
import type { Attempt } from '../ports/attempt';
import type { ComposeFacts, ComposeServiceFacts } from '../ports/compose';
import type { HostPorts, ReleasePorts } from '../ports/host-ports';
import type { ServiceContainer } from '../ports/services-engine';
import type { Site } from '../ports/site';
import { runStep, type StepInput } from '../frame/run-step';
import { seeService, type Desired, type SeenOnHost } from '../containers/see-service';

export interface ObserveReleaseInput extends StepInput {
  /** Images in place of the Compose file's, by service. Absent: what their references mean now is not asked. */
  readonly images?: Readonly<Record<string, string>>;
  /** Present: what the Compose file has a `build` for is built by this run, and these already are; by service. */
  readonly built?: Readonly<Record<string, ObservedImage>>;
  /** Where `images` is absent, the stored release that comes back: the one that the current one replaced unless given. */
  readonly to?: number;
}

/**
 * Looks at everything a release would meet: the Compose project, what the images' references mean now, what runs, where
 * the switches stand, whether the edge is as the stack file has it, and which releases are stored.
 * Shape:  { stack, images, built, to } → ObservedRelease
 * Retry:  safe; reads only
 * Throws: PreconditionFailed (Compose refuses the files, a release cannot carry something in them, a service or an image
 *         is missing) · ServiceUnavailable
 */
export const observeRelease =
  (ports: HostPorts) =>
  (input: ObserveReleaseInput): Promise<ObservedRelease> =>
    runStep(ports, input, { phase: 'look at the release' }, async (attempt, site) => {
      const { services, release } = deployOf(input.stack);
      const { images, built, stack } = input;
      const resolves = images !== undefined;
      const asking = { ports: ports.release, attempt, resolves };
      // Compose and the registries are asked side by side, and heard one after the other.
      const ofSwitch = begun(services.some(hasSwitch), () =>
        observeImage(asking, release.switchImage),
      );
      const ofModel = begun(resolves, () => carriedModel(ports.release, site, stack, attempt));
      const facts = await ports.release.compose.facts(site, attempt);
      const stored = await ports.release.releases.list(stack.name);
      const look: Look = { ...asking, site, facts, built, stored };
      const observed = await Promise.all(
        services.map((one) => observeService(look, one, images?.[one.service])),
      );
      const switchImage = await ofSwitch;
      const model = await ofModel;
      const { project } = facts;
      const target = resolves ? undefined : rollbackTarget(stored, input.to);
      const asBefore = { project, release: target, deployments: services };
      const back = await observeTarget(ports.release, site, asBefore, attempt);
      const anew = await observeAnew(look, observed, {
        ...{ stack, project, model, target: rollbackTarget(stored, input.to) },
        switchImage: switchImage?.pinned ?? '',
      });
      const lines = model && (await changedLines(ports.release, { stack, model, stored }));
      const resolveEdge = (reference: string) => observeImage(look, reference);
      const edge =
        model &&
        (await observeEdge(ports.release, site, { stack, project, model, resolve: resolveEdge }));
      const disk = resolves
        ? await observeDisk(look, [...observed.map(({ image }) => image), switchImage, edge?.image])
        : undefined;
      return {
        project,
        services: observed.map((one) => ({
          ...one,
          ...back.services.get(one.service),
          ...(one.runs === 'switched' && anew.has(one.service) ? { renewsSwitch: true } : {}),
        })),
        ...(back.missing.length === 0 ? {} : { missing: back.missing }),
        ...(switchImage === undefined ? {} : { switchImage }),
        ...(disk === undefined ? {} : { disk }),
        ...(edge === undefined ? {} : { edge }),
        ...(lines === undefined ? {} : { changes: { lines, anew: anewServices(observed, anew) } }),
        stored,
        notes: await notRunning(look, services),
      };
    });

/** What is asked before its answer is needed: whoever needs it hears why there is none. */
function begun<Answer>(isAsked: boolean, ask: () => Promise<Answer>): Promise<Answer | undefined> {
  const answer = isAsked ? ask() : Promise.resolve(undefined);
  answer.catch(() => undefined);
  return answer;
}

/** An image may expose thousands. */
const MOST_TOLD = 200;

/** As a release's file names them: the switches that run; where images were resolved, what stands behind them too. */
function observeAnew(
  { ports, site, attempt, resolves, stored }: Look,
  observed: readonly ObservedService[],
  asked: Omit<AnewQuestion, 'services' | 'images' | 'current'>,
): Promise<ReadonlySet<string>> {
  const running = observed.filter(
    ({ runs }) => runs === 'switched' || (resolves && runs === 'released'),
  );
  const services = running.flatMap((one) => (resolves ? namesInFile(one) : [one.service]));
  const images = Object.fromEntries(running.map(({ service, image }) => [service, image.pinned]));
  const question = { ...asked, services, images, current: stored.current ?? 0 };
  return madeAnew(ports, site, question, attempt);
}

/** Of its switch, and of the slot that serves; of a single instance itself. */
function namesInFile({ service, active }: ObservedService): readonly string[] {
  return active === undefined ? [service] : [service, slotService(service, active)];
}

function anewServices(
  observed: readonly ObservedService[],
  anew: ReadonlySet<string>,
): readonly string[] {
  return observed
    .filter((one) => namesInFile(one).some((name) => anew.has(name)))
    .map(({ service }) => service);
}

interface Look {
  readonly ports: ReleasePorts;
  readonly site: Site;
  readonly facts: ComposeFacts;
  readonly attempt: Attempt;
  readonly resolves: boolean;
  readonly built: ObserveReleaseInput['built'];
  readonly stored: ReleaseList;
}

async function observeService(
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
  const own = await itsOwn(look, deployment, toBeBuilt ? undefined : image.pinned);
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
  pinned: string | undefined,
): Promise<Pick<ObservedService, 'volumes' | 'followers'>> {
  if (!resolves) return {};
  const followers = hasSwitch(deployment)
    ? {}
    : await observeFollowers(ports, site, facts, deployment.service);
  const question = { facts, deployment, ...(pinned === undefined ? {} : { pinned }) };
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
  const plain = found.filter((one) => isRunning(one) && one.labels['pawl.role'] === undefined);
  const ports = [...new Set(plain.flatMap((container) => container.exposed))];
  return ports.length === 0 ? {} : { exposed: ports.slice(0, MOST_TOLD) };
}

async function observeImage(
  { resolves, ports, attempt }: Pick<Look, 'resolves' | 'ports' | 'attempt'>,
  reference: string,
): Promise<ObservedImage> {
  if (!resolves) return { reference, pinned: reference };
  const { pinned } = await ports.images.resolve(reference, attempt);
  return { reference, pinned };
}

/** Of images that lie in a registry and not here. One that is not built yet is in no registry. */
async function observeDisk(
  { ports, attempt }: Look,
  images: readonly (ObservedImage | undefined)[],
): Promise<ObservedDisk | undefined> {
  const pinned = new Set(
    images.flatMap((image) => (image?.pinned.includes('@') ? image.pinned : [])),
  );
  const missing = await Promise.all(
    [...pinned].map((image) => ports.images.missingLayers(image, attempt)),
  );
  if (missing.every((layers) => layers?.length === 0)) return undefined;
  const freeBytes = await ports.services.freeBytes();
  const free = freeBytes === undefined ? {} : { freeBytes };
  const known = missing.filter((layers) => layers !== undefined);
  if (known.length < missing.length) return free;
  // Images of one stack stand on the same layers, which are fetched once.
  const sizes = new Map(known.flat().map(({ digest, sizeBytes }) => [digest, sizeBytes]));
  const fetchedBytes = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  return { ...free, fetchedBytes };
}

async function containersOf(look: Look, service: string): Promise<readonly ServiceContainer[]> {
  return look.ports.services.containers(look.site, look.facts.project, service);
}

/** What a service without a switch is. */
function runsAlone(
  containers: readonly ServiceContainer[],
): Pick<ObservedService, 'runs' | 'runningImage'> {
  const [running] = containers.filter(isRunning);
  if (running === undefined) return { runs: 'nothing' };
  const byPawl = running.labels['pawl.role'] !== undefined;
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
  const numbers = new Set(running.map(({ labels }) => Number(labels['pawl.release'])));
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

/** A release touches only what `deploy` names; what else does not run is told, not started. */
async function notRunning(look: Look, services: readonly Deployment[]): Promise<string[]> {
  const released = new Set(services.map(({ service }) => service));
  const its = look.facts.services.filter(({ name }) => released.has(name));
  const needed = new Set(
    its.flatMap(({ dependsOn }) => dependsOn).filter((name) => !released.has(name)),
  );
  const notes: string[] = [];
  for (const service of needed) {
    const awaiting = its.filter(({ dependsOn }) => dependsOn.includes(service));
    const runsOnce = awaiting.every(({ awaitsEndOf }) => awaitsEndOf.includes(service));
    const note = dependencyNote(service, await containersOf(look, service), { runsOnce });
    if (note !== undefined) notes.push(note);
  }
  return notes;
}
