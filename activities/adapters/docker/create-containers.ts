import type Dockerode from 'dockerode';
import type { Containers } from '../../ports/containers';
import { containerMounts } from './container-mounts';
import { execRunner } from './exec-runner';
import { findContainer } from './find-container';
import { serviceAddress } from './service-address';

/**
 * Reaches the services of a Compose project through the Docker Engine. A container is looked up anew by each call:
 * a restarted or recreated one is found again by the next attempt.
 *
 * `docker` must be made without `version`: engines refuse versions they are too old or too new for.
 */
export function createContainers({ docker }: { readonly docker: Dockerode }): Containers {
  return {
    runner: async (site, service) => execRunner(docker, await findContainer(docker, site, service)),
    mounts: async (site, service) =>
      containerMounts(docker, await findContainer(docker, site, service)),
    address: async (site, service, port) =>
      serviceAddress(docker, await findContainer(docker, site, service), port),
  };
}
