import { hasSwitch, slotService, type Deployment } from '../../workflows/model/deployment';
import { rollbackTarget } from '../../workflows/model/release';
import type {
  ObservedImage,
  ObservedRelease,
  ObservedService,
} from '../../workflows/release/observed-release';
import { observeEdge } from '../containers/edge-change';
import { dependencyNote } from '../containers/dependency-note';
import { deployOf } from '../containers/deploy-of';
import {
  carriedModel,
  changedLines,
  madeAnew,
  type AnewQuestion,
} from '../containers/observe-model';
import type { HostPorts } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';
import type { Look } from './look';
import { observeDisk, observeImage } from './observe-image';
import { observeService } from './observe-service';
import { observeTarget } from './observe-target';

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
      const facts = await ports.release.compose.facts(site, attempt);
      const { images, built, stack } = input;
      const resolves = images !== undefined;
      const asked = { ports: ports.release, site, facts, attempt, resolves, built };
      const stored = await ports.release.releases.list(stack.name);
      const switched = services.some(hasSwitch);
      const switchImage = switched ? await observeImage(asked, release.switchImage) : undefined;
      const look: Look = { ...asked, stored };
      const observed = await Promise.all(
        services.map((one) => observeService(look, one, images?.[one.service])),
      );
      const model = resolves ? await carriedModel(ports.release, site, stack, attempt) : undefined;
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
    const note = dependencyNote(
      service,
      await look.ports.services.containers(look.site, look.facts.project, service),
      { runsOnce },
    );
    if (note !== undefined) notes.push(note);
  }
  return notes;
}
