import { cpus, totalmem } from 'node:os';
import type Dockerode from 'dockerode';
import { LABELS } from '../../../workflows/model/labels';
import { scratchProject, type ScratchPlace } from '../../../workflows/model/scratch';
import type { ProtectEntry } from '../../../workflows/model/stack';
import { AdapterError } from '../../ports/adapter-error';
import type { ScratchPlaces, ScratchRequest } from '../../ports/scratch';
import { asking, following } from './docker-failure';
import { dockerStatus, unlessMissing } from './docker-status';
import { findContainer } from './find-container';
import { freeBytes } from './free-bytes';
import { LABEL } from './labels';
import { SCRATCH_POSTGRES } from './scratch-postgres';

const MEGABYTE = 1024 ** 2;
const MOST_PROCESSES = 1_000;
const SHARED_MEMORY_BYTES = 256 * MEGABYTE;

/**
 * Scratch servers in containers of the image that the service runs now, by its id. On a network of their own without a way
 * out, with no published port, no volume but those that the image asks for, and half of the machine at most.
 */
export function scratchContainers({ docker }: { readonly docker: Dockerode }): ScratchPlaces {
  return {
    async observe({ site, entry }) {
      const { name, image } = await runningImage(docker, site, serviceOf(entry));
      const free = await freeBytes(docker);
      return {
        place: `a container of ${name}'s image, ${image.slice(0, 19)}`,
        disk: 'docker',
        ...(free === undefined ? {} : { freeBytes: free }),
      };
    },

    // To its end, also when it is cancelled: what is made behind a sweep would stay.
    async open(request): Promise<ScratchPlace> {
      const { entry, site, runKey, attempt } = request;
      await removeContainers(docker, [runLabel(runKey), `${LABEL.service}=${entry.name}`]);
      const { image } = await runningImage(docker, site, serviceOf(entry));
      attempt.signal.throwIfAborted();
      await makeNetwork(docker, runKey, site.stack);
      await start(docker, request, image);
      return { kind: 'container' };
    },

    sweep: (runKey) => sweep(docker, runKey),

    async sweepOlderThan(seconds, stack) {
      const label = [LABELS.drill, `${LABELS.stack}=${stack}`];
      const networks = await asking('Could not look for scratch networks', () =>
        docker.listNetworks({ filters: { label } }),
      );
      const before = Date.now() - seconds * 1000;
      for (const { Created = '', Labels } of networks) {
        const runKey = Labels?.[LABELS.drill];
        if (runKey !== undefined && Date.parse(Created) < before) await sweep(docker, runKey);
      }
    },
  };
}

/** The network was made before any container, and goes after all of them. */
async function sweep(docker: Dockerode, runKey: string): Promise<void> {
  await removeContainers(docker, [runLabel(runKey)]);
  await removeNetwork(docker, scratchProject(runKey));
}

function runLabel(runKey: string): string {
  return `${LABELS.drill}=${runKey}`;
}

function serviceOf(entry: ProtectEntry): string {
  if ('reach' in entry && 'service' in entry.reach) return entry.reach.service;
  throw new AdapterError('InternalError', `${entry.name} is not in a service's container`);
}

async function runningImage(
  docker: Dockerode,
  site: ScratchRequest['site'],
  service: string,
): Promise<{ readonly name: string; readonly image: string }> {
  const { id, name } = await findContainer(docker, site, service);
  const { Image } = await asking(`Could not inspect container ${name}`, () =>
    docker.getContainer(id).inspect(),
  );
  return { name, image: Image };
}

/** Two may be made of one name: that there is one is asked first, and the run alone makes it. */
async function makeNetwork(docker: Dockerode, runKey: string, stack: string): Promise<void> {
  const name = scratchProject(runKey);
  const labels = { [LABELS.drill]: runKey, [LABELS.stack]: stack };
  await asking(`Could not make network ${name}`, async () => {
    const found = await docker.listNetworks({ filters: { label: [runLabel(runKey)] } });
    if (found.length > 0) return;
    await docker.createNetwork({
      Name: name,
      Internal: true,
      CheckDuplicate: true,
      Labels: labels,
    });
  });
}

async function start(
  docker: Dockerode,
  { site, entry, runKey }: ScratchRequest & { readonly runKey: string },
  image: string,
): Promise<void> {
  const project = scratchProject(runKey);
  const name = `${project}-${entry.name}`;
  const user = entry.engine === 'postgres' ? await serverUser(docker, image) : undefined;
  await following(`Could not start container ${name}`, async () => {
    const container = await docker.createContainer({
      name,
      Image: image,
      ...(entry.engine === 'postgres' && {
        Entrypoint: ['sh', '-c', SCRATCH_POSTGRES],
        Cmd: [],
        Env: [`PAWL_USER=${entry.user ?? 'postgres'}`],
      }),
      ...(user === undefined ? {} : { User: user }),
      Labels: {
        [LABELS.drill]: runKey,
        [LABELS.stack]: site.stack,
        [LABEL.project]: project,
        [LABEL.service]: entry.name,
        [LABEL.number]: '1',
        [LABEL.oneOff]: 'False',
      },
      HostConfig: {
        NetworkMode: project,
        Memory: Math.floor(totalmem() / 2),
        NanoCpus: Math.ceil(cpus().length / 2) * 1e9,
        PidsLimit: MOST_PROCESSES,
        ShmSize: SHARED_MEMORY_BYTES,
        SecurityOpt: ['no-new-privileges'],
        LogConfig: { Type: 'json-file', Config: { 'max-size': '5m' } },
      },
    });
    await container.start();
  });
}

/** PostgreSQL refuses to run as root; images whose user is root change it in an entry point, which is not run. */
async function serverUser(docker: Dockerode, image: string): Promise<string | undefined> {
  const { Config } = await asking(`Could not inspect image ${image}`, () =>
    docker.getImage(image).inspect(),
  );
  return ['', 'root', '0', '0:0'].includes(Config.User) ? 'postgres' : undefined;
}

async function removeContainers(docker: Dockerode, label: readonly string[]): Promise<void> {
  await following('Could not remove scratch containers', async () => {
    const found = await docker.listContainers({ all: true, filters: { label: [...label] } });
    for (const { Id } of found) {
      await docker.getContainer(Id).remove({ force: true, v: true }).catch(unlessGoing);
    }
  });
}

function unlessGoing(error: unknown): void {
  if (dockerStatus(error) !== 409) unlessMissing(error);
}

async function removeNetwork(docker: Dockerode, name: string): Promise<void> {
  await following(`Could not remove network ${name}`, () =>
    docker.getNetwork(name).remove().catch(unlessMissing),
  );
}
