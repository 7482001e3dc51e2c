import { SLOTS, slotService, type Deployment } from '../../workflows/model/deployment';
import type { ObservedVolumes } from '../../workflows/release/lost-volumes';
import { composeService } from '../containers/compose-service';
import type { Attempt } from '../ports/attempt';
import type { ComposeFacts } from '../ports/compose';
import type { ReleasePorts } from '../ports/host-ports';
import type {
  ServiceContainer,
  ServiceContainers,
  UnnamedVolume,
} from '../ports/service-containers';
import type { Site } from '../ports/site';

export interface VolumesQuestion {
  readonly facts: ComposeFacts;
  readonly deployment: Deployment;
  /** The image to be; absent where it is still to be built. */
  readonly pinned?: string;
  /** What the service is called in `facts`, where that is a stored release's file: `api-blue`. */
  readonly named?: string;
  /** The containers of the service and of its slots, where they have been looked at. */
  readonly found?: readonly ServiceContainer[];
}

/** What a service has mounted, and what lies in volumes without a name of the containers that there are of it. */
export async function observeVolumes(
  { services, images, compose }: ReleasePorts,
  site: Site,
  { facts, deployment, pinned, named, found }: VolumesQuestion,
  attempt: Attempt,
): Promise<ObservedVolumes> {
  const { service } = deployment;
  const { mounts } = composeService(facts, named ?? service);
  const declared = pinned === undefined ? undefined : await images.declaredVolumes(pinned, attempt);
  const held =
    found === undefined
      ? await unnamedVolumesOf(services, site, facts.project, service)
      : unnamedVolumesIn(found);
  const place = named === undefined ? await compose.locate(site, ['services', service]) : undefined;
  return {
    ...(declared === undefined ? {} : { declared }),
    mounts: await Promise.all(
      mounts.map(async (mount) =>
        mount.name === undefined
          ? mount
          : { ...mount, isThere: await services.hasVolume(mount.name) },
      ),
    ),
    held,
    ...(place === undefined ? {} : { place }),
  };
}

/** Of the service's own containers, and of its slots'. */
export async function unnamedVolumesOf(
  services: ServiceContainers,
  site: Site,
  project: string,
  service: string,
): Promise<readonly UnnamedVolume[]> {
  const names = [service, ...SLOTS.map((slot) => slotService(service, slot))];
  const found = await Promise.all(names.map((name) => services.containers(site, project, name)));
  return unnamedVolumesIn(found.flat());
}

function unnamedVolumesIn(containers: readonly ServiceContainer[]): readonly UnnamedVolume[] {
  return containers.flatMap(({ unnamedVolumes = [] }) => unnamedVolumes);
}
