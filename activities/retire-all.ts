import type { Attempt } from './ports';
import type { EngineOfServices, ServiceContainer } from './release-ports';

/** Stops and removes them side by side, each with its own grace. What they have written in volumes stays. */
export async function retireAll(
  services: EngineOfServices,
  containers: readonly ServiceContainer[],
  attempt: Attempt,
): Promise<void> {
  await Promise.all(containers.map(({ id }) => services.retire(id, attempt)));
}
