import { hasSwitch, slotService, type Deployment } from '../../workflows/model/deployment';
import type { Release, ReleasedService } from '../../workflows/model/release';
import type { MissingImage, ObservedService } from '../../workflows/release/observed-release';
import type { ComposeProjectModel, ComposeService } from '../../workflows/release/compose-model';
import { AdapterError } from '../ports/adapter-error';
import { observeFollowers } from './observe-followers';
import { observeVolumes, unnamedVolumesOf } from './observe-volumes';
import type { Attempt } from '../ports/attempt';
import type { ComposeFacts } from '../ports/compose';
import type { ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';

export interface TargetQuestion {
  readonly project: string;
  readonly release: Release | undefined;
  readonly deployments: readonly Deployment[];
}

export interface ObservedTarget {
  /** By service. */
  readonly services: ReadonlyMap<string, Pick<ObservedService, 'volumes' | 'followers'>>;
  readonly missing: readonly MissingImage[];
}

/** What of a stored release's own would be met if it came back: its volumes, what is tied to it, and images that are not here any more. */
export async function observeTarget(
  ports: ReleasePorts,
  site: Site,
  { project, release, deployments }: TargetQuestion,
  attempt: Attempt,
): Promise<ObservedTarget> {
  // What plain Compose ran does not come back as a release.
  if (release === undefined || release.adopted) return { services: new Map(), missing: [] };
  const released = release.services.filter(({ service }) =>
    deployments.some((one) => one.service === service),
  );
  const missing = await missingImages(ports, released, attempt);
  if (!(await mayLose(ports, site, { release, project }, attempt))) {
    return { services: new Map(), missing };
  }
  const file = await ports.releases.file(site.stack, release.number);
  const facts = await ports.compose.facts(site, attempt, file);
  const services = new Map<string, Pick<ObservedService, 'volumes' | 'followers'>>();
  for (const one of released) {
    const { service, image } = one;
    const deployment = deployments.find((its) => its.service === service);
    const named = nameIn(facts, one);
    if (deployment === undefined || named === undefined) continue;
    const { pinned } = image;
    services.set(service, {
      volumes: await observeVolumes(ports, site, { facts, deployment, pinned, named }, attempt),
      ...(hasSwitch(deployment) ? {} : await observeFollowers(ports, site, facts, named)),
    });
  }
  return { services, missing };
}

/** Most stacks have nothing of the kind, and Compose, which takes its time, is not asked. */
async function mayLose(
  { releases, images, services }: ReleasePorts,
  site: Site,
  { release, project }: { readonly release: Release; readonly project: string },
  attempt: Attempt,
): Promise<boolean> {
  const text = await releases.readModel(site.stack, release.number);
  const model = Object.values((JSON.parse(text) as ComposeProjectModel).services ?? {});
  if (model.some((service) => isTied(service) || hasSourceless(service))) return true;
  for (const { service, image } of release.services) {
    const declared = (await images.declaredVolumes(image.pinned, attempt)) ?? [];
    if (declared.length > 0) return true;
    const held = await unnamedVolumesOf(services, site, project, service);
    if (held.length > 0) return true;
  }
  return false;
}

function isTied(service: ComposeService): boolean {
  const keys = ['network_mode', 'ipc', 'pid', 'volumes_from'];
  return keys.some((key) => service[key] !== undefined);
}

function hasSourceless({ volumes }: ComposeService): boolean {
  const list = (volumes ?? []) as readonly { readonly type?: string; readonly source?: string }[];
  return list.some(({ type, source }) => type === 'volume' && source === undefined);
}

async function missingImages(
  ports: ReleasePorts,
  services: readonly ReleasedService[],
  attempt: Attempt,
): Promise<readonly MissingImage[]> {
  const missing: MissingImage[] = [];
  for (const { service, image } of services) {
    const { pinned } = image;
    if ((await ports.images.onHost(pinned)) !== undefined) continue;
    missing.push({ service, pinned, ...(await isGone(ports, pinned, attempt)) });
  }
  return missing;
}

/** Also where the strategy was another one then, which the plan refuses. */
function nameIn(
  { services }: ComposeFacts,
  { service, slot }: ReleasedService,
): string | undefined {
  const name = slot === undefined ? service : slotService(service, slot);
  return services.some((one) => one.name === name) ? name : undefined;
}

async function isGone(
  { images }: ReleasePorts,
  pinned: string,
  attempt: Attempt,
): Promise<Pick<MissingImage, 'gone' | 'reason'>> {
  try {
    await images.resolve(pinned, attempt);
    return { gone: false };
  } catch (error) {
    const isAnswer =
      error instanceof AdapterError &&
      (error.kind === 'PreconditionFailed' || error.kind === 'CredentialsRejected');
    if (!isAnswer) throw error;
    return { gone: true, reason: error.message };
  }
}
