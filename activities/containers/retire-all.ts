import { keepLogs } from './keep-log';
import type { Attempt } from '../ports/attempt';
import type { HostPorts } from '../ports/host-ports';
import type { ServiceContainer } from '../ports/service-containers';
import type { Site } from '../ports/site';

/**
 * Stops and removes containers of a service side by side, each with its own grace. What they have written in volumes
 * stays, and what they have said is kept.
 */
export async function retireAll(
  ports: HostPorts,
  site: Site,
  service: string,
  containers: readonly ServiceContainer[],
  attempt: Attempt,
): Promise<void> {
  const { services } = ports.release;
  await Promise.all(containers.map(({ id }) => services.stop(id, attempt)));
  await keepLogs(ports, site, service, containers);
  await Promise.all(containers.map(({ id }) => services.retire(id, attempt)));
}
