import type Dockerode from 'dockerode';
import type { EngineOfServices, ServiceContainer } from '../../release-ports';
import { awaitExit } from './await-exit';
import { lastLines } from './container-output';
import { asking } from './docker-failure';
import { engineStatus, unlessMissing } from './engine-status';
import { freeBytes } from './free-bytes';
import { LABEL, replicaOf } from './labels';
import { serviceContainer } from './service-containers';

/** `EngineOfServices` by the Docker Engine. `docker` must be made without `version`, as for `createContainers`. */
export function createServicesEngine({ docker }: { readonly docker: Dockerode }): EngineOfServices {
  return {
    containers: (_site, project, service) => containersOf(docker, project, service),
    lastLines: (containerId, lines) => lastLines(docker, containerId, lines),
    awaitExit: (name, attempt) => awaitExit(docker, name, attempt),
    removeContainer: (name) => removeContainer(docker, name),
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

/** Its anonymous volumes go with it. One that another request is removing counts as removed. */
async function removeContainer(docker: Dockerode, name: string): Promise<void> {
  await asking(`Could not remove container ${name}`, async () => {
    try {
      await docker.getContainer(name).remove({ force: true, v: true });
    } catch (error) {
      const isGoing = engineStatus(error) === 409 && /already in progress/.test(String(error));
      if (!isGoing) unlessMissing(error);
    }
  });
}
