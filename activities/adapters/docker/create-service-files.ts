import { stat } from 'node:fs/promises';
import { posix } from 'node:path';
import type Dockerode from 'dockerode';
import { AdapterError } from '../../ports/adapter-error';
import type { Attempt } from '../../ports/attempt';
import type { LocatedPath, ServiceFiles } from '../../ports/service-files';
import type { Site } from '../../ports/site';
import { untilAborted } from '../../ports/until-aborted';
import { following } from './docker-failure';
import { dockerStatus, unlessMissing } from './docker-status';
import { nameOf, serviceCandidates } from './find-container';

interface Mount {
  readonly Type: string;
  readonly Source: string;
  readonly Destination: string;
}

const ADVICE =
  'The worker must run on the host of the Docker Engine, as a user that may read its volumes (root), or the file must be on a ' +
  'folder that is mounted from the host.';

/** `ServiceFiles` by what the Docker Engine says is mounted. `docker` must be made without `version`. */
export function createServiceFiles({ docker }: { readonly docker: Dockerode }): ServiceFiles {
  return {
    locate: (site, service, path) => locate(docker, site, service, path),
    running: async (site, service) => {
      const found = await serviceCandidates(docker, site, service);
      return found
        .filter(({ State }) => State === 'running')
        .map((container) => ({ id: container.Id, name: nameOf(container) }));
    },
    stop: (id, attempt) => turn(docker, id, 'stop', attempt),
    start: (id, attempt) => turn(docker, id, 'start', attempt),
  };
}

/** The mount that is nearest to the path. */
async function locate(
  docker: Dockerode,
  site: Site,
  service: string,
  path: string,
): Promise<LocatedPath> {
  const [container] = await serviceCandidates(docker, site, service);
  if (container === undefined) throw noContainer(site, service);
  const mounts = container.Mounts as readonly Mount[];
  const around = mounts
    .filter(({ Destination }) => isInside(path, Destination))
    .sort((left, right) => right.Destination.length - left.Destination.length);
  const [mount] = around;
  if (mount === undefined || !['volume', 'bind'].includes(mount.Type)) {
    throw onNoVolume(nameOf(container), path);
  }
  const inMount = posix.relative(mount.Destination, path);
  await requireHere(mount.Source, nameOf(container), path);
  return { root: mount.Source, path: posix.join(mount.Source, inMount) };
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

/** An engine elsewhere, or one that runs in a virtual machine, has it and this host does not. */
async function requireHere(source: string, container: string, path: string): Promise<void> {
  try {
    await stat(source);
  } catch (error) {
    const reason = (error as Error).message;
    const text = `${path} of ${container} is not within reach on this host: ${reason}`;
    throw new AdapterError('PreconditionFailed', text, { advice: ADVICE }, { cause: error });
  }
}

/** Without a time in the question, the engine gives it the grace that it was made with. 304: it is so already. */
async function turn(
  docker: Dockerode,
  id: string,
  how: 'start' | 'stop',
  { signal }: Attempt,
): Promise<void> {
  await untilAborted(signal, () =>
    following(`Could not ${how} container ${id}`, async () => {
      try {
        const container = docker.getContainer(id);
        await (how === 'start' ? container.start() : container.stop());
      } catch (error) {
        if (dockerStatus(error) !== 304) unlessMissing(error);
      }
    }),
  );
}

function noContainer(site: Site, service: string): AdapterError {
  const text = `Service ${service} has no container, not even a stopped one, so that its volumes are not known`;
  return new AdapterError('PreconditionFailed', text, {
    advice: `Start it in ${site.directory}, or correct the name of the service in the stack file.`,
  });
}

function onNoVolume(container: string, path: string): AdapterError {
  const text = `${path} of ${container} is on no volume and no folder of the host: it would be lost with the container`;
  return new AdapterError('PreconditionFailed', text, {
    advice: 'Mount a volume there in the Compose file.',
  });
}
