import type Dockerode from 'dockerode';
import type { ContainerMount } from '../../ports/containers';
import { asking } from './docker-failure';
import type { FoundContainer } from './find-container';

/** Bind mounts and volumes: of other kinds (tmpfs) the engine's host has no path. */
export async function containerMounts(
  docker: Dockerode,
  { id, name }: FoundContainer,
): Promise<readonly ContainerMount[]> {
  const { Mounts } = await asking(`Could not inspect container ${name}`, () =>
    docker.getContainer(id).inspect(),
  );
  return Mounts.map(({ Source, Destination }) => ({
    destination: Destination,
    ...(Source === '' ? {} : { source: Source }),
  }));
}
