import type Dockerode from 'dockerode';
import type { Attempt } from '../../ports/attempt';
import type { ServiceContainers, ServiceContainer } from '../../ports/service-containers';
import { awaitExit } from './await-exit';
import { containerLog } from './container-log';
import { lastLines } from './container-output';
import { asking, following } from './docker-failure';
import { dockerStatus, unlessMissing } from './docker-status';
import { freeBytes } from './free-bytes';
import { LABEL, replicaOf } from './labels';
import { serviceContainer } from './service-containers';
import { unnamedVolumes } from './unnamed-volumes';
import { untilAborted } from '../../ports/until-aborted';

/** `ServiceContainers` by the Docker Engine. `docker` must be made without `version`, as for `createContainers`. */
export function createServiceContainers({
  docker,
}: {
  readonly docker: Dockerode;
}): ServiceContainers {
  return {
    ping: (seconds) => ping(docker, seconds),
    containers: (_site, project, service) => containersOf(docker, project, service),
    log: (container) => containerLog(docker, container),
    lastLines: (containerId, lines) => lastLines(docker, containerId, lines),
    awaitExit: (name, attempt) => awaitExit(docker, name, attempt),
    removeOneOff: (name) => removeContainer(docker, name, { volumes: true }),
    stop: (containerId, attempt) => stop(docker, containerId, attempt),
    retire: (containerId, attempt) => retire(docker, containerId, attempt),
    hasVolume: (name) => hasVolume(docker, name),
    freeBytes: () => freeBytes(docker),
  };
}

async function containersOf(
  docker: Dockerode,
  project: string,
  service: string,
): Promise<readonly ServiceContainer[]> {
  const attempted = `Could not look for containers of service ${service} in Compose project ${project}`;
  const label = [
    `${LABEL.project}=${project}`,
    `${LABEL.service}=${service}`,
    `${LABEL.oneOff}=False`,
  ];
  return asking(attempted, async () => {
    const listed = await docker.listContainers({ all: true, filters: { label } });
    const inspected = await Promise.all(
      // One that went between the two questions is none.
      listed.map(({ Id }) => docker.getContainer(Id).inspect().catch(unlessMissing)),
    );
    return inspected
      .flatMap((info) => (info === undefined ? [] : [serviceContainer(info)]))
      .sort((a, b) => replicaOf(a.labels) - replicaOf(b.labels));
  });
}

/** `volumes`: those without a name that were made for it. One that another request is removing counts as removed. */
async function removeContainer(
  docker: Dockerode,
  name: string,
  { volumes }: { readonly volumes: boolean },
): Promise<void> {
  await following(`Could not remove container ${name}`, async () => {
    try {
      await docker.getContainer(name).remove({ force: true, v: volumes });
    } catch (error) {
      const isGoing = dockerStatus(error) === 409 && /already in progress/.test(String(error));
      if (!isGoing) unlessMissing(error);
    }
  });
}

async function ping(docker: Dockerode, seconds: number): Promise<void> {
  await asking('Could not ask the Docker Engine', () => docker.ping(), seconds);
}

/** A volume without a name may be all that has what a service was told: it goes only where a tmpfs has lain over it. */
async function retire(docker: Dockerode, id: string, attempt: Attempt): Promise<void> {
  await stop(docker, id, attempt);
  const info = await asking(`Could not look for container ${id}`, () =>
    docker.getContainer(id).inspect().catch(unlessMissing),
  );
  if (info === undefined) return;
  await removeContainer(docker, id, { volumes: unnamedVolumes(info).length === 0 });
}

/** Without a time in the question, the engine gives it the grace that it was made with. One that has stopped stays so. */
async function stop(docker: Dockerode, id: string, { signal }: Attempt): Promise<void> {
  await untilAborted(signal, () =>
    following(`Could not stop container ${id}`, async () => {
      try {
        await docker.getContainer(id).stop();
      } catch (error) {
        if (dockerStatus(error) !== 304) unlessMissing(error);
      }
    }),
  );
}

async function hasVolume(docker: Dockerode, name: string): Promise<boolean> {
  const info = await asking(`Could not look for volume ${name}`, () =>
    docker.getVolume(encodeURIComponent(name)).inspect().catch(unlessMissing),
  );
  return info !== undefined;
}
