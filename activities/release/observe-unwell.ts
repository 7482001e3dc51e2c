import type { Deployment } from '../../workflows/model/deployment';
import type { ObservedService } from '../../workflows/release/observed-release';
import type { Attempt } from '../ports/attempt';
import type { ReleasePorts } from '../ports/host-ports';
import type { ServiceContainer } from '../ports/service-containers';
import { probeContainer } from '../containers/probe-container';
import { isRunning, isSwitch } from '../containers/service-container';

/**
 * How far from well the containers of a service are, of which there is no second slot: an undo brings them back as they
 * were, and no better. Undefined where they are well, or where there are none.
 */
export async function observeUnwell(
  ports: ReleasePorts,
  { port, ready }: Deployment,
  containers: readonly ServiceContainer[],
  attempt: Attempt,
): Promise<ObservedService['unwell']> {
  if (containers.length === 0 || containers.some(isSwitch)) return undefined;
  if (!containers.every(isRunning)) return 'not-running';
  if (containers.some(({ health = 'healthy' }) => health !== 'healthy')) return 'not-ready';
  if (port === undefined || ready === undefined) return undefined;
  for (const { addresses } of containers) {
    const [address] = addresses;
    const probed = address && (await probeContainer(ports, address, { port, ready }, attempt));
    if (!probed || !probed.good) return 'not-ready';
  }
  return undefined;
}
